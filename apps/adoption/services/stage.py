"""Events on their way into the table: copied into one of the connection's own, then moved in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

STAGE = "adoption_stage"
COLUMNS = (
    "at",
    "user",
    "session",
    "team",
    "workflow",
    "model_requested",
    "model_served",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "latency_ms",
    "cost",
    "currency",
    "outcome",
    "feedback",
    "intentional",
    "error",
)
_ALL = ", ".join(f'"{name}"' for name in ("key", "content", "engagement_id", *COLUMNS))
_KEPT = ", ".join(f'"{name}"' for name in ("key", "engagement_id", *COLUMNS))


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it is kept. key: 32 hexadecimal digits; content: of what it says; at: UTC; said: all of it, in the
    order of the columns, as COPY reads it."""

    key: str
    content: int
    at: datetime
    said: str


def written(values: Iterable[object]) -> str:
    """Values as COPY reads them; none holds a tabulator or the end of a line."""
    return "\t".join(["\\N" if value is None else str(value).replace("\\", "\\\\") for value in values])


_MAKE = f"CREATE TEMP TABLE IF NOT EXISTS {STAGE} (content bigint, LIKE adoption_usageevent) ON COMMIT DELETE ROWS"
_COPY = f"COPY {STAGE} ({_ALL}) FROM STDIN"
# Sorted, so that of two writers with the same events one waits for the other and never both.
_MOVE = f"""
    WITH new AS (
        INSERT INTO adoption_seen (key, engagement_id, content)
        SELECT key, engagement_id, content FROM {STAGE} ORDER BY key
        ON CONFLICT DO NOTHING RETURNING key
    )
    INSERT INTO adoption_usageevent ({_KEPT}) SELECT {_KEPT} FROM {STAGE} JOIN new USING (key)
"""  # noqa: S608 - names of ours
_CONFLICTS = (
    f"SELECT key FROM {STAGE} JOIN adoption_seen AS seen USING (key) WHERE {STAGE}.content <> seen.content"  # noqa: S608 - names of ours
)


def fill(engagement: UUID, rows: Iterable[Row]) -> None:
    """Copy them; within a transaction, at whose end the stage is empty again."""
    lines = [f"{row.key}\t{row.content}\t{engagement}\t{row.said}\n" for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        with cursor.copy(_COPY) as copy:
            copy.write("".join(lines))


def move() -> int:
    """Keep those whose key was never seen; how many those are."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE)
        return int(cursor.rowcount)


def conflicts() -> set[str]:
    """The keys of those that were seen before and said something else then."""
    with connection.cursor() as cursor:
        cursor.execute(_CONFLICTS)
        return {key.hex for (key,) in cursor}


def mark_days(engagement: UUID, days: Sequence[date]) -> None:
    """Their rollup has to be made anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO adoption_dirtyday (engagement_id, day) SELECT %s, unnest(%s::date[])",
            [engagement, list(days)],
        )
