"""How many used it in the 1, 7 and 28 days up to a day: of all, of each team and of each workflow.

The days of a user are bits of one number, so that every window of these weeks is one look at it.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from ...models import NOBODY, Slice, Usage

WINDOWS = (1, 7, 28)
LONGEST = max(WINDOWS)
_NAMES = {Slice.ALL: "0", Slice.TEAM: "team", Slice.WORKFLOW: "workflow"}
_WITHIN = ", ".join(
    f"count(*) FILTER (WHERE days & (((1::bigint << {n}) - 1) << (n + {LONGEST - n})) <> 0)" for n in WINDOWS
)
_FORGET = "DELETE FROM adoption_dayactive WHERE engagement_id = %(engagement)s AND day BETWEEN %(first)s AND %(last)s"
_USED = """
    SELECT {name} AS name, bit_or(1::bigint << (day - %(since)s)) AS days FROM adoption_userday
    WHERE engagement_id = %(engagement)s AND day BETWEEN %(since)s AND %(last)s
        AND intentional > 0 AND "user" <> %(nobody)s
    GROUP BY 1, "user"
"""
_ACTIVE = f"""
    INSERT INTO adoption_dayactive (engagement_id, slice, name, day, active_1, active_7, active_28)
    SELECT %(engagement)s, %(slice)s, name, %(first)s + n, {_WITHIN}
    FROM (
        {_USED}
    ) AS used CROSS JOIN generate_series(0, %(last)s - %(first)s) AS n
    GROUP BY name, n
    HAVING count(*) FILTER (WHERE days & (((1::bigint << {LONGEST}) - 1) << n) <> 0) > 0
"""  # noqa: S608 - names of ours

_DAYS_USED = f"""
    UPDATE adoption_dayactive SET days_used = found.days_used FROM (
        SELECT day, jsonb_object_agg(used, users) AS days_used FROM (
            SELECT %(first)s + n AS day, bit_count(((days >> n) & ((1::bigint << {LONGEST}) - 1))::bit(64)) AS used,
                count(*) AS users
            FROM ({_USED.format(name="0")}) AS used CROSS JOIN generate_series(0, %(last)s - %(first)s) AS n
            GROUP BY 1, 2
        ) AS counted WHERE used > 0 GROUP BY day
    ) AS found
    WHERE engagement_id = %(engagement)s AND slice = 'all' AND adoption_dayactive.day = found.day
"""  # noqa: S608 - names of ours


def count(usage: Usage, first: date, last: date) -> None:
    """The windows that end on each of these days; at most 28 of them, since a number has 64 bits."""
    about: dict[str, Any] = {
        "engagement": usage.engagement_id,
        "first": first,
        "last": last,
        "since": first - timedelta(days=LONGEST - 1),
        "nobody": NOBODY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, about)
        for slice, name in _NAMES.items():
            cursor.execute(_ACTIVE.format(name=name), about | {"slice": slice})
        cursor.execute(_DAYS_USED, about)
