"""What happened on some local days, by user, and in total."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from ...models import NOBODY, Usage
from ...rules.days import around
from ...rules.latency import G

COUNTS = "events, intentional, accepted, edited, rejected, abandoned, up, down, errors, input_tokens, output_tokens"
_DAY = "(at AT TIME ZONE %(zone)s)::date"
_WITHIN = f"""
    engagement_id = %(engagement)s AND at >= %(begins)s AND at < %(ends)s
    AND {_DAY} BETWEEN %(first)s AND %(last)s
"""
_USER_DAYS = f"""
    INSERT INTO adoption_userday (engagement_id, day, "user", team, workflow, {COUNTS})
    SELECT %(engagement)s, {_DAY}, coalesce("user", %(nobody)s), coalesce(team, 0), coalesce(workflow, 0),
        count(*),
        count(*) FILTER (WHERE intentional),
        count(*) FILTER (WHERE outcome = 'accepted'),
        count(*) FILTER (WHERE outcome = 'edited'),
        count(*) FILTER (WHERE outcome = 'rejected'),
        count(*) FILTER (WHERE outcome = 'abandoned'),
        count(*) FILTER (WHERE feedback = 'up'),
        count(*) FILTER (WHERE feedback = 'down'),
        count(*) FILTER (WHERE error <> ''),
        coalesce(sum(input_tokens), 0),
        coalesce(sum(output_tokens), 0)
    FROM adoption_usageevent WHERE {_WITHIN}
    GROUP BY 2, 3, 4, 5
"""  # noqa: S608 - names of ours
_SLICE = """
    CASE WHEN grouping(team) = 0 THEN 'team' WHEN grouping(workflow) = 0 THEN 'workflow' ELSE 'all' END AS slice,
    coalesce(team, workflow, 0) AS name, day
"""
_SUMS = ", ".join(f"sum({name})" for name in COUNTS.split(", "))
_TOTALS = f"""
    INSERT INTO adoption_daytotal (engagement_id, slice, name, day, {COUNTS}, latencies, costs)
    WITH sums AS (
        SELECT {_SLICE}, {_SUMS} FROM adoption_userday
        WHERE engagement_id = %(engagement)s AND day BETWEEN %(first)s AND %(last)s
        GROUP BY GROUPING SETS ((day), (day, team), (day, workflow))
    ), said AS (
        SELECT {_DAY} AS day, coalesce(team, 0) AS team, coalesce(workflow, 0) AS workflow,
            CASE WHEN error = '' THEN ceil(ln(greatest(latency_ms, 1)) / ln(%(growth)s)) END::int AS bucket,
            cost, currency
        FROM adoption_usageevent WHERE {_WITHIN}
    ), buckets AS (
        SELECT {_SLICE}, bucket, count(*) AS n FROM said WHERE bucket IS NOT NULL
        GROUP BY GROUPING SETS ((day, bucket), (day, team, bucket), (day, workflow, bucket))
    ), spent AS (
        SELECT {_SLICE}, currency, sum(cost) AS cost FROM said WHERE cost IS NOT NULL
        GROUP BY GROUPING SETS ((day, currency), (day, team, currency), (day, workflow, currency))
    ), latencies AS (
        SELECT slice, name, day, jsonb_object_agg(bucket, n) AS latencies FROM buckets GROUP BY slice, name, day
    ), costs AS (
        SELECT slice, name, day, jsonb_object_agg(currency, cost::text) AS costs FROM spent GROUP BY slice, name, day
    )
    SELECT %(engagement)s, sums.*, coalesce(latencies, '{{}}'), coalesce(costs, '{{}}')
    FROM sums LEFT JOIN latencies USING (slice, name, day) LEFT JOIN costs USING (slice, name, day)
"""  # noqa: S608 - names of ours
_FORGET = "DELETE FROM {} WHERE engagement_id = %(engagement)s AND day BETWEEN %(first)s AND %(last)s"


def count(usage: Usage, first: date, last: date) -> None:
    """What every user did on each of these days, and the totals of all, of teams and of workflows."""
    begins, ends = around(first, last, ZoneInfo(usage.timezone))
    about: dict[str, Any] = {
        "engagement": usage.engagement_id,
        "zone": usage.timezone,
        "begins": begins,
        "ends": ends,
        "first": first,
        "last": last,
        "nobody": NOBODY,
        "growth": G,
    }
    with connection.cursor() as cursor:
        for table in ("adoption_userday", "adoption_daytotal"):
            cursor.execute(_FORGET.format(table), about)
        cursor.execute(_USER_DAYS, about)
        cursor.execute(_TOTALS, about)
