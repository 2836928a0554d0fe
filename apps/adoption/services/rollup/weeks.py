"""Who used it in which week: what cohorts, lifecycle and habits are made of."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from ...models import NOBODY, Usage
from ...rules.days import week_of

_FORGET = "DELETE FROM adoption_userweek WHERE engagement_id = %(engagement)s AND week = ANY(%(weeks)s)"
_GATHER = """
    INSERT INTO adoption_userweek (engagement_id, week, "user", days, first_day, first_value)
    SELECT %(engagement)s, week, "user",
        count(DISTINCT day),
        min(day),
        min(day) FILTER (WHERE accepted + edited > 0)
    FROM adoption_userday JOIN unnest(%(weeks)s::date[]) AS week ON day BETWEEN week AND week + 6
    WHERE engagement_id = %(engagement)s AND day BETWEEN %(first)s AND %(last)s
        AND intentional > 0 AND "user" <> %(nobody)s
    GROUP BY week, "user"
"""


def gather(usage: Usage, days: Iterable[date]) -> None:
    """The weeks that these days lie in."""
    weeks = sorted({week_of(day, usage.week_start) for day in days})
    about: dict[str, Any] = {
        "engagement": usage.engagement_id,
        "weeks": weeks,
        "first": weeks[0],
        "last": weeks[-1] + timedelta(days=6),
        "nobody": NOBODY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, about)
        cursor.execute(_GATHER, about)
