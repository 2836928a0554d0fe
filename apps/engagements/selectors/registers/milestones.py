"""Reads of milestones."""

from datetime import date

from django.db.models import Max, Min, QuerySet

from apps.accounts.models import User

from ...models import Engagement, Kind, Milestone
from ..items import items_of
from .narrowing import in_state, owned


def milestones_of(
    user: User, engagement: Engagement, *, state: str = "", owner: str = ""
) -> QuerySet[Milestone]:
    """The engagement's milestones in the order of their dates."""
    found = items_of(user, engagement, Milestone).select_related("owner")
    return owned(in_state(found, state, Kind.MILESTONE), owner, user).order_by("due", "promised", "pk")


def span_of(found: QuerySet[Milestone], *, today: date) -> tuple[date, date]:
    """The first and the last day that a picture of these milestones has to show, today among them."""
    ends = found.order_by().aggregate(
        first=Min("promised"),
        first_due=Min("due"),
        first_reached=Min("reached_on"),
        last=Max("promised"),
        last_due=Max("due"),
        last_reached=Max("reached_on"),
    )
    days = [day for day in ends.values() if day] + [today]
    return min(days), max(days)
