"""How lists of registers are narrowed and ordered, alike in all of them. Nonsense narrows nothing."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from apps.accounts.models import User

from ...models import Engagement, Item, Member
from ...rules.items import STATES

Row = TypeVar("Row", bound=Item)
MINE, NOBODYS = "mine", "none"
OWNERS = 200  # names that a filter offers; more would be no choice any more
# What is still to be done or watched stands first.
OPEN_FIRST = Case(When(closed_at=None, then=0), default=1, output_field=IntegerField())


def owned(found: QuerySet[Row], owner: str, user: User) -> QuerySet[Row]:
    """Those of one owner: "mine", "none", or a person's id."""
    if owner == MINE:
        return found.filter(owner=user)
    if owner == NOBODYS:
        return found.filter(owner=None)
    try:
        return found.filter(owner=UUID(owner)) if owner else found
    except ValueError:
        return found


def in_state(found: QuerySet[Row], state: str, *kinds: str) -> QuerySet[Row]:
    """Those in one state of these kinds; "any_open" for all that still wait for somebody."""
    if state == "any_open":
        return found.filter(closed_at=None)
    return found.filter(state=state) if any(state in STATES[kind] for kind in kinds) else found


def states_of(*kinds: str) -> list[tuple[str, str]]:
    """The states of these kinds as choices, each once, after one for all open ones."""
    states = dict.fromkeys(state for kind in kinds for state in STATES[kind])
    return [("any_open", "All open"), *((state, state.capitalize()) for state in states)]


def owners_of(engagement: Engagement) -> list[tuple[str, str]]:
    """Whose things may be asked for, as choices."""
    members = Member.objects.filter(engagement=engagement).order_by("user__name", "pk")
    people = [(str(pk), name) for pk, name in members.values_list("user_id", "user__name")[:OWNERS]]
    return [(MINE, "Mine"), (NOBODYS, "Nobody's"), *people]


def weighed(field: str, weights: dict[str, int], *, unsaid: int) -> Case:
    """The weight of what a field says, in SQL."""
    cases = [When(Q((field, word)), then=Value(weight)) for word, weight in weights.items()]
    return Case(*cases, default=Value(unsaid), output_field=IntegerField())
