"""Reads of stakeholders; for staff only, whatever else is client-visible."""

from django.db.models import QuerySet

from apps.accounts.models import User

from ...models import Engagement, Kind, Level, Stakeholder, Stance
from ...rules.raid import UNSAID, WEIGHTS
from ..items import items_of
from .narrowing import OPEN_FIRST, in_state, weighed


def stakeholders_of(
    user: User,
    engagement: Engagement,
    *,
    influence: str = "",
    stance: str = "",
    sponsor: str = "",
    state: str = "",
) -> QuerySet[Stakeholder]:
    """The engagement's stakeholders: those who are involved first, the most influential first, by name."""
    found = in_state(items_of(user, engagement, Stakeholder), state, Kind.STAKEHOLDER)
    if influence in Level.values:
        found = found.filter(influence=influence)
    if stance in Stance.values:
        found = found.filter(stance=stance)
    if sponsor == "yes":
        found = found.filter(sponsor=True)
    weight = weighed("influence", WEIGHTS, unsaid=UNSAID)
    return found.order_by(OPEN_FIRST, weight.desc(), "title", "pk")


def stakeholder_map(user: User, engagement: Engagement) -> tuple[dict[tuple[str, str], list[str]], bool]:
    """The names of those who are involved by influence and stance, and whether any of them sponsors the work."""
    places: dict[tuple[str, str], list[str]] = {}
    sponsored = False
    people = items_of(user, engagement, Stakeholder).filter(closed_at=None).order_by("title", "pk")
    for name, influence, stance, sponsor in people.values_list("title", "influence", "stance", "sponsor"):
        places.setdefault((influence, stance), []).append(name)
        sponsored = sponsored or sponsor
    return places, sponsored
