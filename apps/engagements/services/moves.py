"""Taking an item to another state, or away, by one press of a button that was shown a while ago."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core.errors import Refused

from ..models import Item
from ..rules import moves as rules
from . import items

Row = TypeVar("Row", bound=Item)
Kept = Callable[[Item], str]
_kept: dict[str, Kept] = {}


def keep_while(kind: str, why: Kept) -> None:
    """Let nobody take away an item of that kind while `why(item)` says, in a sentence, what hangs on it."""
    _kept[kind] = why


@transaction.atomic
def press(*, by: User | None, item: Row, state: str, seen: str) -> Row:
    """Move an item that was looked at in the state `seen`. Pressed twice is pressed once. Raises Refused when
    it has gone on to yet another state meanwhile, for a state that does not follow, and for what is decided or
    answered elsewhere."""
    if item.kind in rules.DECIDED_ELSEWHERE:
        raise Refused("decided_elsewhere", f"{item.reference} is decided on its own page.")
    if (item.kind, state) in rules.ANSWERED:
        raise Refused(
            "answered_elsewhere", f"{item.reference} is answered with a few words: open it, then Answer."
        )
    locked: Row = QuerySet(type(item)).select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    if locked.state not in (seen, state):
        now = rules.state_words(locked.state).lower()
        message = f"{item.reference} is {now} meanwhile; look at it before you go on."
        raise Refused("moved_on", message, field="state")
    return items.move(by=by, item=item, state=state)


@transaction.atomic
def take_away(*, by: User | None, item: Item) -> None:
    """Remove an item; `items.restore` brings it back. Raises Refused for what belongs to its engagement, and while
    something hangs on it."""
    if item.kind in rules.STAYS:
        raise Refused("stays", f"{item.reference} belongs to the engagement and stays.")
    if item.kind in _kept and (why := _kept[item.kind](item)):
        raise Refused("needed", why)
    items.remove(by=by, item=item)
