"""What gates required once. The audit trail keeps it for good, so whoever removed it cannot hide it."""

from dataclasses import dataclass
from datetime import datetime

from apps.audit.selectors import events_of_engagement

from ..models import Gate


@dataclass(frozen=True)
class Removed:
    """An exit criterion that was taken away. found: what it came to at that time."""

    title: str
    reason: str
    found: str
    by: str
    at: datetime


def removed_from(gate: Gate) -> list[Removed]:
    """The exit criteria that were removed from a gate, the latest first."""
    events = events_of_engagement(gate.engagement_id).filter(
        verb="removed", subject_type="exitcriterion", data__gate=gate.reference
    )
    return [
        Removed(one.data["title"], one.data.get("reason", ""), one.data.get("found", ""), one.who, one.at)
        for one in events
    ]
