"""The sufficient numbers of a finished run, in one pass over its results; sites compute the same at `aggregate`."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from apps.dataplane.contract.messages import ANSWERED, Summary
from apps.dataplane.contract.statistics import COST, ERRORS, LATENCY, ranks_needed

MOST_SLICES = 200  # groups of one target that are shown; the largest ones

# Every result once for the whole and once for each of its slices.
_GROUPED = """
FROM pilots_result
CROSS JOIN LATERAL (
    SELECT '' AS slice
    UNION ALL
    SELECT (%(columns)s::text[])[position] || '=' || slices[position]
    FROM generate_subscripts(slices, 1) AS position
) AS groups
WHERE run_id = %(run)s
"""
_LATENCIES = f"""
SELECT target, slice, rank, latency_ms
FROM (
    SELECT target, slice, latency_ms,
           row_number() OVER (PARTITION BY target, slice ORDER BY latency_ms) AS rank
    {_GROUPED} AND latency_ms IS NOT NULL
) AS ordered
JOIN unnest(%(targets)s::int[], %(slices)s::text[], %(ranks)s::bigint[]) AS needed(target, slice, rank)
USING (target, slice, rank)
"""  # noqa: S608 - constant text


def of_run(run: UUID, *, scorers: Sequence[str], slices: Sequence[str]) -> list[Summary]:
    """Summaries of each scorer, of latency, cost and errors, for each target over all rows and each slice."""
    sums = "".join(
        f", coalesce(sum(scores[{position}]), 0), coalesce(sum(scores[{position}] ^ 2), 0)"
        for position in range(1, len(scorers) + 1)
    )
    query = f"""
    SELECT target, slice, count(*), count(*) FILTER (WHERE kind <> ALL(%(answered)s)),
           count(cost), coalesce(sum(cost), 0), coalesce(sum(cost ^ 2), 0),
           count(latency_ms), coalesce(sum(latency_ms), 0), coalesce(sum(latency_ms ^ 2), 0) {sums}
    {_GROUPED} GROUP BY target, slice ORDER BY target, count(*) DESC, slice
    """
    given: dict[str, Any] = {"run": run, "columns": list(slices), "answered": list(ANSWERED)}
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        groups = _largest(cursor.fetchall())
        ranks = _ranks(cursor, given, {(group[0], group[1]): group[7] for group in groups})
    found: list[Summary] = []
    for target, slice_, n, errors, *numbers in groups:
        of = {"target": target, "slice": slice_}
        found.append(Summary(metric=ERRORS, n=n, total=errors, squares=errors, **of))
        found += _numeric(COST, numbers[0:3], of)
        if numbers[3]:
            summary = _numeric(LATENCY, numbers[3:6], of)[0]
            found.append(summary.model_copy(update={"ranks": ranks.get((target, slice_), {})}))
        for position, scorer in enumerate(scorers):
            total, squares = numbers[6 + 2 * position : 8 + 2 * position]
            found += _numeric(scorer, (n - errors, total, squares), of)
    return found


def _numeric(metric: str, numbers: Sequence[float], of: dict[str, Any]) -> list[Summary]:
    n, total, squares = numbers
    return [Summary(metric=metric, n=int(n), total=total, squares=squares, **of)] if n else []


def _largest(groups: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    kept, seen = [], dict[int, int]()
    for group in groups:  # largest first within a target
        seen[group[0]] = seen.get(group[0], 0) + 1
        if seen[group[0]] <= MOST_SLICES + 1:
            kept.append(group)
    return kept


def _ranks(
    cursor: Any, given: dict[str, Any], sizes: dict[tuple[int, str], int]
) -> dict[tuple[int, str], dict[int, float]]:
    needed = [(*group, rank) for group, n in sizes.items() if n for rank in ranks_needed(n)]
    if not needed:
        return {}
    targets, slices, ranks = (list(column) for column in zip(*needed, strict=True))
    cursor.execute(_LATENCIES, {**given, "targets": targets, "slices": slices, "ranks": ranks})
    found: dict[tuple[int, str], dict[int, float]] = {}
    for target, slice_, rank, latency in cursor.fetchall():
        found.setdefault((target, slice_), {})[rank] = latency
    return found
