"""The only writers of checklists: what is ticked off on the way to an action's end."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import one_line

from ..models import Action, ChecklistLine, Item
from . import items

LINE = 200  # characters
MOST = 50  # lines of one action


@transaction.atomic
def add(*, by: User | None, action: Action, texts: Iterable[str]) -> list[ChecklistLine]:
    """Put lines at the end of an action's checklist, those that it has already aside. Raises Refused for lines that
    cannot be kept, for more than MOST, and for an action that was removed."""
    wanted = [one_line(text, limit=LINE, field="text") for text in texts if text.strip()]
    if not wanted:
        return []
    _lock(action)
    there = list(action.checklist.values_list("text", flat=True))
    known = {text.lower() for text in there}
    new = [text for text in dict.fromkeys(wanted) if text.lower() not in known]
    if len(there) + len(new) > MOST:
        message = f"A checklist has at most {MOST} lines; this would make {len(there) + len(new)}. Split the action."
        raise Refused("too_many", message, field="text")
    last = action.checklist.aggregate(last=Max("position"))["last"]
    first = 0 if last is None else last + 1
    made = ChecklistLine.objects.bulk_create(
        ChecklistLine(action=action, position=first + at, text=text) for at, text in enumerate(new)
    )
    if new:
        _record(by, action, "checklist added", lines=new)
    return made


@transaction.atomic
def change(*, by: User | None, line: ChecklistLine, text: str) -> None:
    """Word a line differently; it stays ticked or not. Raises Refused for words that cannot be kept."""
    text = one_line(text, limit=LINE, field="text")
    locked = _lock_line(line)
    if locked.text != text:
        before, locked.text = locked.text, text
        locked.save(update_fields=["text"])
        _record(by, locked.action, "checklist changed", before=before, after=text)


@transaction.atomic
def tick(*, by: User, line: ChecklistLine) -> None:
    """Say that a line is done. Ticked twice is ticked once, by whoever came first."""
    _settle(by, line, ticked=True)


@transaction.atomic
def untick(*, by: User, line: ChecklistLine) -> None:
    """Take that back."""
    _settle(by, line, ticked=False)


@transaction.atomic
def remove(*, by: User | None, line: ChecklistLine) -> None:
    """Take a line off its checklist; the audit trail keeps its words."""
    locked = _lock_line(line)
    _record(
        by, locked.action, "checklist line removed", line=locked.text, ticked=locked.ticked_at is not None
    )
    locked.delete()


def _settle(by: User, line: ChecklistLine, *, ticked: bool) -> None:
    locked = _lock_line(line)
    if (locked.ticked_at is not None) == ticked:
        return
    locked.ticked_at, locked.ticked_by = (timezone.now(), by) if ticked else (None, None)
    locked.save(update_fields=["ticked_at", "ticked_by"])
    _record(by, locked.action, "checklist ticked" if ticked else "checklist unticked", line=locked.text)


def _lock(action: Action) -> None:
    """Nobody else changes the checklist meanwhile. Raises Refused for an action that was removed, and on an
    engagement that is closed."""
    locked = Item.objects.select_for_update(no_key=True, of=("self",)).get(pk=action.pk)
    if locked.removed_at:
        raise Refused("removed", "Somebody has removed this meanwhile; restore it first.")
    items.require_open(action.engagement)


def _lock_line(line: ChecklistLine) -> ChecklistLine:
    _lock(line.action)
    locked = ChecklistLine.objects.select_related("action__engagement").filter(pk=line.pk).first()
    if locked is None:
        raise Refused("gone", "Somebody else has removed this line meanwhile.")
    return locked


def _record(by: User | None, action: Action, verb: str, **facts: Any) -> None:
    record(by=by, verb=verb, subject=action, engagement=action.engagement, **facts)
