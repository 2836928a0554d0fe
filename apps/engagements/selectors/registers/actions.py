"""Reads of actions."""

from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.models import Role, User

from ...models import Action, ChecklistLine, Engagement, Kind, Link, Relation
from ..items import items_of
from .narrowing import OPEN_FIRST, in_state, owned


def actions_of(
    user: User, engagement: Engagement, *, today: date, state: str = "", owner: str = "", due: str = ""
) -> QuerySet[Action]:
    """The engagement's actions: open ones first, the most urgent first. due: "overdue" for those past their
    date. Each has `blocking`: the links from what still blocks it and the person may know of; and `lines`: how many
    its checklist has, of which `lines_ticked` are done."""
    found = items_of(user, engagement, Action).select_related("owner")
    found = owned(in_state(found, state, Kind.ACTION), owner, user)
    if due == "overdue":
        found = found.filter(closed_at=None, due__lt=today)
    found = found.annotate(lines=_lines(), lines_ticked=_lines(ticked_at__isnull=False))
    return found.prefetch_related(_blocking(user)).order_by(
        OPEN_FIRST, F("due").asc(nulls_last=True), "number"
    )


def _lines(**said: Any) -> Coalesce:
    """How many lines an action's checklist has; a subquery, so that only the actions of one page are asked."""
    lines = ChecklistLine.objects.filter(action=OuterRef("pk"), **said).order_by().values("action")
    return Coalesce(Subquery(lines.values(count=Count("pk"))), 0)


def _blocking(user: User) -> "Prefetch[str]":
    links = Link.objects.filter(
        relation=Relation.BLOCKS, source__closed_at=None, source__removed_at=None
    ).select_related("source")
    if user.role == Role.CLIENT:
        links = links.filter(source__client_visible=True)
    return Prefetch("links_in", queryset=links.order_by("created_at"), to_attr="blocking")
