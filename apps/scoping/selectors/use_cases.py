"""Reads of use cases."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, QuerySet

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.engagements.selectors import items_of

from ..models import UseCase

MOST_COMPARED = 4


def listed(user: User, engagement: Engagement) -> QuerySet[UseCase]:
    """The use cases of which a person may know, in order, each with its baselines and its business owner."""
    found = items_of(user, engagement, UseCase).select_related("business_owner", "owner")
    return found.prefetch_related("baselines").order_by("number")


def ranked(user: User, engagement: Engagement) -> QuerySet[UseCase]:
    """The same, the highest score first and those without one last."""
    score = F("score_value") * F("score_feasibility") * (6 - F("score_risk"))
    return listed(user, engagement).annotate(rank=score).order_by(F("rank").desc(nulls_last=True), "number")


def compared(user: User, engagement: Engagement, wanted: Sequence[UUID]) -> list[UseCase]:
    """Those of the wanted ones of which a person may know, in the order that was asked for, four at most."""
    found = listed(user, engagement).prefetch_related("assumptions").in_bulk(list(wanted))
    return [found[pk] for pk in dict.fromkeys(wanted) if pk in found][:MOST_COMPARED]
