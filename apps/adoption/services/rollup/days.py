"""Dirty days become clean ones."""

from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from apps.core.locks import hold
from apps.engagements.models import Engagement

from ...models import DayActive, DayTotal, DirtyDay, Usage, UserDay, UserWeek
from ...rules.days import ranges, spread
from . import active, counted, weeks

LOCK = "adoption.rollup"
MOST_DAYS = 28  # that are made in one statement


@transaction.atomic
def roll_up(*, engagement: Engagement) -> list[date]:
    """Make anew whatever is made of this engagement's dirty days; the days."""
    hold(LOCK, str(engagement.pk))  # of two, the second finds nothing left to do
    usage = Usage.objects.filter(engagement=engagement).first()
    days = _take_dirty(engagement.pk) if usage else []
    if usage and days:
        for first, last in ranges(days, longest=MOST_DAYS):
            counted.count(usage, first, last)
        for first, last in ranges(spread(days, active.LONGEST - 1), longest=MOST_DAYS):
            active.count(usage, first, last)
        weeks.gather(usage, days)
        Usage.objects.filter(pk=usage.pk).update(rolled_at=timezone.now(), settled_at=None)
    return days


def roll_up_all() -> int:
    """Each engagement that has dirty days, one after another; how many days were made anew."""
    waiting = DirtyDay.objects.order_by().values("engagement").distinct()
    return sum(len(roll_up(engagement=one)) for one in Engagement.objects.filter(pk__in=waiting))


def begin_anew(usage: Usage) -> None:
    """Forget everything that is made of this engagement's events, and mark each of their days; within a transaction
    that holds the lock of its rollup."""
    for model in (UserDay, UserWeek, DayTotal, DayActive):
        model.objects.filter(engagement=usage.engagement_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO adoption_dirtyday (engagement_id, day) "
            "SELECT DISTINCT engagement_id, (at AT TIME ZONE %s)::date FROM adoption_usageevent "
            "WHERE engagement_id = %s",
            [usage.timezone, usage.engagement_id],
        )
    Usage.objects.filter(pk=usage.pk).update(settled_at=None, rolled_at=timezone.now())


def _take_dirty(engagement: UUID) -> list[date]:
    """The days, no longer dirty. Their events are read by later statements: whatever was committed with a row that is
    taken here is seen there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM adoption_dirtyday WHERE engagement_id = %s RETURNING day", [engagement])
        return sorted({day for (day,) in cursor})
