"""The one way in which anything is written down on an engagement: numbered, versioned, audited with what was
there before, and told to whom it concerns. The services of each kind check what is theirs and call these."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record, record_many
from apps.core.copying import copy_rows
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.versions import keep, lock_at

from ..models import Engagement, Item, Kind, LogEntry
from ..notices import About, Notice, doer, one_event, tell
from ..rules import items as rules
from ..rules.endings import CLOSED_WORDS
from .mentions import tell_mentioned

Row = TypeVar("Row", bound=Item)
Follow = Callable[[Any, str], dict[str, Any]]
Afterwards = Callable[[Item, str], None]
_following: dict[str, tuple[type[Item], Follow]] = {}
_afterwards: list[Afterwards] = []


def follow(kind: str, model: type[Item], fields: Follow) -> None:
    """What else changes when an item of that kind goes to another state, whoever moves it: `fields(row of
    its own model, next state)` gives the fields of that model, such as the day on which it was answered."""
    _following[kind] = (model, fields)


def afterwards(call: Afterwards) -> None:
    """Call `call(item, what was done to it)` after every write, in its transaction: "written", "removed", …"""
    if call not in _afterwards:
        _afterwards.append(call)


def call_afterwards(item: Item, done: str) -> None:
    """For whoever writes many rows at once: what every single write would have called, for one of them."""
    for call in _afterwards:
        call(item, done)


def hold_numbers(engagement: Engagement, *kinds: str) -> None:
    """Nobody else writes down anything of these kinds there until the transaction ends. Whoever writes several kinds
    in one transaction asks for all of them first, or two could wait for one another."""
    for kind in sorted(kinds):
        hold("engagements.item", str(engagement.pk), kind)


def require_open(engagement: Engagement, *, stays: bool = False) -> None:
    """Raises Refused for an engagement that has been closed, whatever is known of it here. stays: nobody closes it
    until the transaction ends."""
    found = Engagement.objects.filter(pk=engagement.pk, closed_at=None)
    if not (found.select_for_update(no_key=True).first() if stays else found.exists()):
        raise Refused("closed", CLOSED_WORDS)


@transaction.atomic
@one_event()
def write(*, by: User | None, model: type[Row], engagement: Engagement, kind: str, **fields: Any) -> Row:
    """Write down a new item. `fields`: of the model; without a state it begins in its kind's first one."""
    number = _next_number(engagement, kind)
    fields = _begun(kind, fields)
    item: Row = QuerySet(model).create(engagement=engagement, kind=kind, number=number, by=by, **fields)
    record(by=by, verb="written", subject=item, engagement=engagement, after=_plain(fields))
    _follow_up(by, item)
    return item


@transaction.atomic
@one_event()
def write_many(
    *, by: User | None, model: type[Row], engagement: Engagement, kind: str, rows: Sequence[dict[str, Any]]
) -> list[Row]:
    """Write down several new items of one kind, in this order, as `write` does each, with few statements for all."""
    first = _next_number(engagement, kind)
    written = [_begun(kind, fields) for fields in rows]
    made = [
        model(engagement=engagement, kind=kind, number=number, by=by, **fields)
        for number, fields in enumerate(written, start=first)
    ]
    for item in made:
        item.item_ptr_id = item.id  # type: ignore[attr-defined]  # which saving would have set
    for table in (Item, model):
        copy_rows(table, [_row_of(item, table) for item in made])
    subjects = zip(made, ({"after": _plain(fields)} for fields in written), strict=True)
    record_many(by=by, verb="written", subjects=subjects, engagement=engagement)
    for item in made:
        item._state.adding, item._state.db = False, DEFAULT_DB_ALIAS
        _follow_up(by, item)
    return made


@transaction.atomic
@one_event()
def change(
    *, by: User | None, item: Row, version: int | None, verb: str = "changed", why: str = "", **wanted: Any
) -> Row:
    """Change fields of an item. Nothing to change writes nothing. why: kept in the audit trail. Raises Refused
    for a `version` that is no longer the item's, and when it has been removed."""
    locked, before = lock_at(item, version, **wanted)
    if locked.removed_at and "removed_at" not in before:
        raise Refused("removed", "Somebody has removed this meanwhile; restore it first.")
    if not before:
        return locked
    require_open(locked.engagement)
    if locked.kind in rules.KEPT and {"removed_at", "client_visible"} & before.keys():
        raise Refused("kept", f"{locked} stays, in the client's sight.")
    if locked.kind == Kind.ENTRY and LogEntry.objects.filter(pk=locked.pk, kept=True).exists():
        raise Refused("kept", f"{locked.reference} was written by a decision on a gate, and stays as it is.")
    keep(locked, before)
    record(
        by=by,
        verb=verb,
        subject=locked,
        engagement=locked.engagement,
        before=_plain(before),
        after=_plain({name: getattr(locked, name) for name in before}),
        **({"why": why} if why else {}),
    )
    if "owner" in before:
        _tell_owner(by, locked)
    opened = "client_visible" in before and locked.client_visible
    if opened or "text" in before or "title" in before:
        earlier = f"{before.get('title', locked.title)}\n{before.get('text', locked.text)}"
        text = f"{locked.title}\n{locked.text}"
        tell_mentioned(by=by, item=locked, text=text, before=earlier, opened=opened)
    for call in _afterwards:
        call(locked, verb)
    return locked


@transaction.atomic
def move(*, by: User | None, item: Row, state: str, version: int | None = None, **wanted: Any) -> Row:
    """Take an item to another state, changing other fields with it. Raises Refused for a state that does not
    follow from the present one."""
    locked, _ = lock_at(item, None)
    if locked.state == state:
        return change(by=by, item=locked, version=version, **wanted)
    if not rules.may_move(item.kind, locked.state, state):
        behind = ", ".join(rules.STATES[item.kind].get(locked.state, ())) or "nothing"
        message = f"{item.reference} is {locked.state}; from there it can become {behind}."
        raise Refused("state", message, field="state")
    if item.kind in _following:
        model, fields = _following[item.kind]
        locked = QuerySet(model).get(pk=item.pk)  # perhaps given as a bare Item
        wanted = {**fields(locked, state), **wanted}
    closed_at = None if rules.is_open(item.kind, state) else timezone.now()
    return change(by=by, item=locked, version=version, verb=state, state=state, closed_at=closed_at, **wanted)


@transaction.atomic
def remove(*, by: User | None, item: Item) -> None:
    """Take an item out of sight; `restore` brings it back. What somebody else has removed stays theirs."""
    locked, _ = lock_at(item, None)
    if locked.removed_at is None:
        change(by=by, item=item, version=None, verb="removed", removed_at=timezone.now(), removed_by=by)


@transaction.atomic
def restore(*, by: User | None, item: Item) -> Item:
    """Bring a removed item back."""
    return change(by=by, item=item, version=None, verb="restored", removed_at=None, removed_by=None)


def _tell_owner(by: User | None, item: Item) -> None:
    if item.owner:
        text = f"{doer(by, item.owner)} gave you {item}"
        tell(Notice(About.ASSIGNMENT, item.owner, by, item.engagement, item, text))


def _next_number(engagement: Engagement, kind: str) -> int:
    """Of a new item, which nobody else gives meanwhile. Raises Refused on an engagement that has been closed."""
    hold_numbers(engagement, kind)
    require_open(engagement)
    last = Item.objects.filter(engagement=engagement, kind=kind).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _follow_up(by: User | None, item: Item) -> None:
    """Tell whom a new item concerns."""
    _tell_owner(by, item)
    tell_mentioned(by=by, item=item, text=f"{item.title}\n{item.text}")
    call_afterwards(item, "written")


def _begun(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a new item, in the state in which its kind begins unless another one is said."""
    fields = {"state": rules.first_state(kind), **fields}
    if not rules.is_open(kind, fields["state"]):
        fields.setdefault("closed_at", timezone.now())
    return fields


def _row_of(item: Item, table: type[Item]) -> dict[str, Any]:
    """What of an item stands in that table."""
    return {
        column.attname: getattr(item, column.attname)
        for column in table._meta.local_concrete_fields
        if not column.generated
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values of fields for the audit trail; people and other rows by their ids."""
    return {name: getattr(value, "pk", value) for name, value in values.items()}
