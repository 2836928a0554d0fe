"""How an item came to be as it is: who changed what, when, from what to what; out of the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.audit.models import Event
from apps.audit.selectors import events_of_subject

from ..models import Item
from .changes import FieldChange, Names, fields_of, names_of

MOST = 50  # changes that are shown, the newest


@dataclass(frozen=True)
class Change:
    """What somebody did to the item at one time."""

    who: str
    at: datetime
    verb: str
    fields: Sequence[FieldChange]
    why: str


def history_of(item: Item) -> tuple[list[Change], bool]:
    """The item's changes, newest first, and whether there are older ones. At most three queries."""
    events = list(events_of_subject(item.pk)[: MOST + 1])
    names = names_of(events)
    return [_change(event, names) for event in events[:MOST]], len(events) > MOST


def _change(event: Event, names: Names) -> Change:
    """What it began with stands on its page, and in what changed it since."""
    fields = [field for field in fields_of(event, names) if not field.new]
    why = event.data.get("why") or event.data.get("concerns") or ""
    return Change(event.who, event.at, event.verb, fields, str(why))
