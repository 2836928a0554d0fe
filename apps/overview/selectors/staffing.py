"""Who is on what, and what the coming weeks ask of them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet, Sum
from django.db.models.functions import TruncWeek

from apps.accounts.models import STAFF, User
from apps.engagements.models import Item, LogEntry, Member, MemberRole
from apps.engagements.selectors import visible_to

WEEKS = 6
LATELY = timedelta(weeks=4)  # that work is looked back upon
_WORKING = (MemberRole.LEAD, MemberRole.ENGINEER)


@dataclass(frozen=True)
class Load:
    """One person: the engagements that they work on, and how many things of theirs are due in each of the coming
    weeks, what is overdue among those of the first. later: due after them, or never. hours: what they wrote down as
    work in the last LATELY, in minutes by engagement, also where they no longer work."""

    person: User
    places: list[Member]
    weeks: list[int]
    later: int
    overdue: int
    total: int = field(default=0)
    hours: dict[UUID, int] = field(default_factory=dict)

    @property
    def worked(self) -> int:
        """The minutes of all engagements together."""
        return sum(self.hours.values())

    @property
    def elsewhere(self) -> int:
        """The minutes on engagements that are not among their places."""
        here = {place.engagement_id for place in self.places}
        return sum(minutes for pk, minutes in self.hours.items() if pk not in here)


def weeks_from(today: date) -> list[date]:
    """The Mondays of the coming weeks, this one first."""
    monday = today - timedelta(days=today.weekday())
    return [monday + timedelta(weeks=n) for n in range(WEEKS)]


def people_working(user: User) -> QuerySet[Any]:
    """Everybody of staff who can sign in, with the engagements that they work on as far as `user` sees them."""
    seen = Member.objects.filter(role__in=_WORKING, engagement__in=_open(user))
    places = seen.select_related("engagement__client").order_by("engagement__name", "pk")
    people = User.objects.filter(is_active=True, role__in=STAFF)
    return people.prefetch_related(Prefetch("memberships", places, to_attr="places")).order_by("name", "pk")


def loads_of(user: User, people: list[Any], today: date) -> list[Load]:
    """What is open and theirs on engagements that `user` sees, by week, and what they worked lately: three queries."""
    weeks = weeks_from(today)
    owned = Item.objects.filter(owner__in=people, closed_at=None, removed_at=None, engagement__in=_open(user))
    by_week: dict[UUID, dict[date | None, int]] = defaultdict(lambda: defaultdict(int))
    for owner, monday, count in (
        owned.annotate(week=TruncWeek("due")).values_list("owner", "week").annotate(Count("pk"))
    ):
        by_week[owner][monday and max(monday, weeks[0])] += count
    late = dict(owned.filter(due__lt=today).values_list("owner").annotate(Count("pk")))
    hours = _hours(user, people, today)
    return [_load(one, by_week[one.pk], weeks, late.get(one.pk, 0), hours[one.pk]) for one in people]


def _hours(user: User, people: list[Any], today: date) -> dict[UUID, dict[UUID, int]]:
    """Person → engagement → minutes of work in the last LATELY, today among them."""
    entries = LogEntry.objects.filter(by__in=people, minutes__gt=0, removed_at=None)
    entries = entries.filter(engagement__in=visible_to(user).values("pk"))
    lately = entries.filter(at__date__gt=today - LATELY, at__date__lte=today)
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for person, engagement, minutes in (
        lately.values_list("by", "engagement").annotate(Sum("minutes")).order_by()
    ):
        found[person][engagement] = minutes
    return found


def _open(user: User) -> QuerySet[Any]:
    """The ids of the open engagements that a person sees."""
    return visible_to(user).filter(closed_at=None).values("pk")


def _load(
    person: Any, found: dict[date | None, int], weeks: list[date], overdue: int, hours: dict[UUID, int]
) -> Load:
    for place in person.places:
        place.minutes = hours.get(place.engagement_id, 0)
    near = [found.get(monday, 0) for monday in weeks]
    total = sum(found.values())
    return Load(person, person.places, near, total - sum(near), overdue, total, hours)
