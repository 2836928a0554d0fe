"""How the gates of a tale are decided: by its people, as soon as what they rest on is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.engagements.models import Stage

from .models import Chapter

# Checks of other rooms, by which a gate's exit criteria are named here; others are named by their titles.
STATED = "scoping.criteria-stated"
TESTED = "connectors.source-tested"
RISKS = "engagements.risks-mitigated"
REVIEWED, REHEARSED, ON_CALL = (
    "Security review done",
    "Rollback rehearsed",
    "Somebody picks up the phone: on-call named",
)


@dataclass(frozen=True)
class Decided:
    """The decision about the gate out of a stage, told with a chapter. What neither holds nor is named here is waited
    for.

    reason: of whoever decides, the FDE, or the manager where something is passed over. approved: the client's words
    with their approval. attested: by exit criterion, the page that shows it. conditions: by the exit criterion that
    each stands in for, what has to be done and within how many days. overridden: by exit criterion, why it may be
    passed over. again: why the gate is confirmed once the conditions are met; empty for never.
    """

    chapter: Chapter
    stage: Stage
    reason: str
    approved: str = ""
    attested: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    overridden: Mapping[str, str] = field(default_factory=dict)
    again: str = ""
