"""What comes next on an engagement, in one query."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, Subquery
from django.db.models.functions import JSONObject

from apps.accounts.models import User

from ...models import Engagement, Item, Kind, Level, Milestone
from ..items import items_of


@dataclass(frozen=True)
class Next:
    """The next milestone (its id, title and date; None without one), and how many open actions there are, how
    many of them are overdue, how many high risks are open, and about how many of those nothing is done."""

    milestone: UUID | None
    title: str
    due: date | None
    actions: int
    overdue: int
    high_risks: int
    unanswered: int


def next_of(user: User, engagement: Engagement, *, today: date) -> Next:
    """What a person finds next on an engagement: one query."""
    milestones = (
        items_of(user, engagement, Milestone).filter(closed_at=None).order_by("due", "promised", "pk")
    )
    first = milestones.values(said=JSONObject(id="pk", title="title", due="due"))[:1]
    risk = Q(kind=Kind.RISK, raid__severity=Level.HIGH)
    found = (
        items_of(user, engagement, Item)
        .filter(closed_at=None, kind__in=[Kind.ACTION, Kind.RISK, Kind.MILESTONE])
        .values("engagement")
        .annotate(
            actions=Count("pk", filter=Q(kind=Kind.ACTION)),
            overdue=Count("pk", filter=Q(kind=Kind.ACTION, due__lt=today)),
            high_risks=Count("pk", filter=risk),
            unanswered=Count("pk", filter=risk & Q(raid__response="")),
            first=Subquery(first),
        )
        .values_list("first", "actions", "overdue", "high_risks", "unanswered")
        .order_by("engagement")
        .first()
    )
    said, *counts = found or (None, 0, 0, 0, 0)
    if said is None:
        return Next(None, "", None, *counts)
    due = date.fromisoformat(said["due"]) if said["due"] else None
    return Next(UUID(said["id"]), said["title"], due, *counts)
