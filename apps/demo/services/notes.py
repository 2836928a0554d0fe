"""Telling what was written down along the way, by the FDE who leads."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.engagements.models import AccessRequest, Engagement, Gate, Item, Milestone
from apps.engagements.services import items
from apps.engagements.services.log import log
from apps.engagements.services.registers.actions import add_action
from apps.engagements.services.registers.milestones import add_milestone, reach_milestone
from apps.engagements.services.registers.raid import add_raid
from apps.engagements.services.registers.requests import add_request
from apps.engagements.services.registers.stakeholders import add_stakeholder

from ..note import LINE, Note

_ADD: Mapping[str, Callable[..., Item]] = {
    "action": add_action,
    "milestone": add_milestone,
    "stakeholder": add_stakeholder,
    "access_request": add_request,
}


def tell(
    *, by: User | None, engagement: Engagement, notes: tuple[Note, ...], people: Mapping[str, User]
) -> None:
    """Write down a chapter's notes, in their order. by: the FDE, or Fieldwork itself when they are no longer there.
    people: who "fde" and "viewer" are, as far as they are still there."""
    known: dict[str, Item] = {}
    for note in notes:
        item = _write(by, engagement, note, known)
        _date(by, item, note, people)
        _move_on(by, item, note)
        if note.name:
            known[note.name] = item


def _write(by: User | None, engagement: Engagement, note: Note, known: Mapping[str, Item]) -> Item:
    words = note.words.format_map({name: item.reference for name, item in known.items()})
    if note.kind == LINE:
        return log(by=by, engagement=engagement, line=words).item
    fields: dict[str, Any] = {**note.fields, **{name: known[one] for name, one in note.refers.items()}}
    fields.pop("answered", None)
    if note.within is not None:
        fields["due"] = _day(-note.within)
    if note.kind == "access_request":
        fields["asked_on"] = _day(note.ago)
    if note.holds_up:
        fields["holds_up"] = Gate.objects.get(engagement=engagement, stage=note.holds_up)
    if add := _ADD.get(note.kind):
        return add(by=by, engagement=engagement, title=words, **fields)
    return add_raid(by=by, engagement=engagement, kind=note.kind, title=words, **fields)


def _date(by: User | None, item: Item, note: Note, people: Mapping[str, User]) -> None:
    """Whose it is, and since when."""
    at = timezone.now() - timedelta(days=note.ago)
    items.change(by=by, item=item, version=None, at=at, owner=people.get(note.owner))


def _move_on(by: User | None, item: Item, note: Note) -> None:
    """To the state that it has come to since."""
    if not note.state:
        return
    if isinstance(item, Milestone):
        reach_milestone(by=by, item=item, reached_on=_day(note.ago))
    elif isinstance(item, AccessRequest):
        items.move(by=by, item=item, state=note.state, answered_on=_day(note.fields["answered"]))
    else:
        items.move(by=by, item=item, state=note.state)


def _day(ago: int) -> date:
    return timezone.localdate() - timedelta(days=ago)
