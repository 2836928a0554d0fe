"""Whole weeks put side by side: who is new, who stays, who has it as a habit. All weeks at a time, since a late event
may make somebody's first week an earlier one; so less often than days."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.core.locks import hold
from apps.engagements.models import Engagement

from ...models import Cohort, Usage, WeekTotal
from .days import LOCK

HABIT = 12  # weeks that are looked back upon
AT_ONCE = 51  # weeks of habits in one statement, whose bits and those before are a number of 64
_WEEKS = """
    INSERT INTO adoption_weektotal
        (engagement_id, week, active, new, "returning", resurrecting, dormant, habitual, regular, occasional)
    WITH used AS (
        SELECT week, lag(week) OVER mine AS before, lead(week) OVER mine AS after FROM adoption_userweek
        WHERE engagement_id = %(engagement)s WINDOW mine AS (PARTITION BY "user" ORDER BY week)
    ), moves AS (
        SELECT week, 1 AS active, (before IS NULL)::int AS new, coalesce(before = week - 7, false)::int AS stayed,
            0 AS dormant FROM used
        UNION ALL
        SELECT week + 7, 0, 0, 0, 1 FROM used WHERE after IS DISTINCT FROM week + 7
        UNION ALL
        SELECT generate_series(min(week), max(week) + %(after)s, interval '7 days')::date, 0, 0, 0, 0 FROM used
    )
    SELECT %(engagement)s, week, sum(active), sum(new), sum(stayed), sum(active - new - stayed), sum(dormant),
        0, 0, 0
    FROM moves WHERE week IS NOT NULL GROUP BY week
"""
_HABITS = f"""
    UPDATE adoption_weektotal SET habitual = found.often, regular = found.some, occasional = found.seldom FROM (
        SELECT %(first)s + 7 * n AS week,
            count(*) FILTER (WHERE weeks >= 9) AS often,
            count(*) FILTER (WHERE weeks BETWEEN 4 AND 8) AS some,
            count(*) FILTER (WHERE weeks BETWEEN 1 AND 3) AS seldom
        FROM (
            SELECT n, bit_count(((weeks >> n) & ((1::bigint << {HABIT}) - 1))::bit(64)) AS weeks FROM (
                SELECT bit_or(1::bigint << ((week - %(since)s) / 7)) AS weeks FROM adoption_userweek
                WHERE engagement_id = %(engagement)s AND week BETWEEN %(since)s AND %(last)s GROUP BY "user"
            ) AS used CROSS JOIN generate_series(0, (%(last)s - %(first)s) / 7) AS n
        ) AS counted GROUP BY n
    ) AS found
    WHERE engagement_id = %(engagement)s AND adoption_weektotal.week = found.week
"""  # noqa: S608 - names of ours
_COHORTS = """
    INSERT INTO adoption_cohort (engagement_id, first, age, retained, still)
    WITH used AS (
        SELECT week, min(week) OVER mine AS first, max(week) OVER mine AS last FROM adoption_userweek
        WHERE engagement_id = %(engagement)s WINDOW mine AS (PARTITION BY "user")
    ), retained AS (
        SELECT first, (week - first) / 7 AS age, count(*) AS n FROM used GROUP BY 1, 2
    ), last AS (
        SELECT first, (last - first) / 7 AS age, count(*) AS n FROM used WHERE week = first GROUP BY 1, 2
    ), ages AS (
        SELECT first, generate_series(0, max(age)) AS age FROM last GROUP BY first
    )
    SELECT %(engagement)s, first, age, coalesce(retained.n, 0),
        sum(coalesce(last.n, 0)) OVER (PARTITION BY first ORDER BY age DESC)
    FROM ages LEFT JOIN retained USING (first, age) LEFT JOIN last USING (first, age)
"""


@transaction.atomic
def settle(*, engagement: Engagement) -> None:
    """Make anew everything that is made of this engagement's weeks."""
    hold(LOCK, str(engagement.pk))
    about: dict[str, Any] = {"engagement": engagement.pk, "after": 7 * (HABIT - 1)}
    for model in (WeekTotal, Cohort):
        model.objects.filter(engagement=engagement).delete()
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, about)
        cursor.execute(_COHORTS, about)
        for first, last in _spans(engagement):
            since = first - timedelta(weeks=HABIT - 1)
            cursor.execute(_HABITS, about | {"first": first, "last": last, "since": since})
    Usage.objects.filter(engagement=engagement).update(settled_at=timezone.now())


def settle_all() -> int:
    """Each engagement whose weeks are behind its days; how many."""
    behind = Usage.objects.filter(rolled_at__isnull=False, settled_at=None).select_related("engagement")
    found = [usage.engagement for usage in behind]
    for engagement in found:
        settle(engagement=engagement)
    return len(found)


def _spans(engagement: Engagement) -> Iterator[tuple[date, date]]:
    """All weeks that there are, by their first days, as (first, last) of so many that one statement can tell their
    habits."""
    weeks = list(
        WeekTotal.objects.filter(engagement=engagement).order_by("week").values_list("week", flat=True)
    )
    for start in range(0, len(weeks), AT_ONCE):
        some = weeks[start : start + AT_ONCE]
        yield some[0], some[-1]
