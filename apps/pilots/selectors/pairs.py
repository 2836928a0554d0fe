"""Two targets sample by sample: the database joins them on the samples' keys and adds up, in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from apps.dataplane.contract.messages import ANSWERED
from apps.dataplane.contract.statistics import COST, ERRORS, LATENCY

from ..rules.comparison import Pairs

MOST_SLICES = 200  # groups that are shown; the largest ones
JOINED = """
FROM (SELECT * FROM pilots_result WHERE run_id = %(run_a)s AND target = %(target_a)s) AS a
{kind} JOIN (SELECT * FROM pilots_result WHERE run_id = %(run_b)s AND target = %(target_b)s) AS b USING (key)
"""
# Of the quantity {0}: what `Pairs` holds, in its order.
_SUMS = (
    "count(b{0} - a{0})",
    "sum(a{0}) FILTER (WHERE b{0} IS NOT NULL)",
    "sum(a{0} * a{0}) FILTER (WHERE b{0} IS NOT NULL)",
    "sum(b{0}) FILTER (WHERE a{0} IS NOT NULL)",
    "sum(b{0} * b{0}) FILTER (WHERE a{0} IS NOT NULL)",
    "sum(greatest(b{0} - a{0}, 0))",
    "sum((b{0} - a{0}) * (b{0} - a{0}))",
    "count(*) FILTER (WHERE a{0} < 1 AND b{0} >= 1)",
    "count(*) FILTER (WHERE a{0} >= 1 AND b{0} < 1)",
)
_WHOLE = {0, 7, 8}  # those that count
_SAMPLES = (
    "count(*) FILTER (WHERE in_a AND in_b)",
    "count(*) FILTER (WHERE NOT in_b)",
    "count(*) FILTER (WHERE NOT in_a)",
)


@dataclass(frozen=True)
class Side:
    """One target of a run; `scorers` in the order of its plan, `slices` the columns that its rows are grouped by."""

    run: UUID
    target: int
    scorers: Sequence[str]
    slices: Sequence[str] = ()

    def place(self, scorer: str) -> int:
        """Where the scorer's number stands in `Result.scores`, counted from 1 as the database does."""
        return list(self.scorers).index(scorer) + 1


@dataclass(frozen=True)
class Group:
    """All samples (`slice` is "") or those of one slice of b ("column=value").

    both: samples that both sides have; only_a, only_b: that one has (in the whole only). of: the sums by scorer and
    by `COST`, `ERRORS` and `LATENCY`, over the pairs of which both sides know the quantity.
    """

    slice: str
    both: int
    only_a: int
    only_b: int
    of: dict[str, Pairs]


def grouped(a: Side, b: Side) -> list[Group]:
    """The pairs of two targets over all samples and by slice; the whole first, then the largest groups."""
    quantities = _quantities(a, b)
    columns = "".join(
        f", {left} AS a{number}, {right} AS b{number}"
        for number, (left, right) in enumerate(quantities.values())
    )
    sums = [*_SAMPLES, *(each.format(number) for number in range(len(quantities)) for each in _SUMS)]
    parts = ", ".join(f"{each} AS s{place}" for place, each in enumerate(sums))
    totals = ", ".join(f"coalesce(sum(s{place}), 0)::float8" for place in range(len(sums)))
    # Added up by whole combinations of slices first: there are few, and each row is looked at once.
    query = f"""
    SELECT slice, {totals}
    FROM (
        SELECT slices, {parts}
        FROM (
            SELECT a.n IS NOT NULL AS in_a, b.n IS NOT NULL AS in_b, b.slices AS slices {columns}
            {JOINED.format(kind="FULL")}
        ) AS paired
        GROUP BY slices
    ) AS combined
    CROSS JOIN LATERAL (
        SELECT '' AS slice
        UNION ALL
        SELECT (%(columns)s::text[])[position] || '=' || slices[position]
        FROM generate_subscripts(slices, 1) AS position
    ) AS groups
    GROUP BY slice ORDER BY slice <> '', sum(s0) DESC, slice LIMIT %(most)s
    """  # noqa: S608 - constant text and numbers
    given = {**given_of(a, b), "answered": list(ANSWERED), "columns": list(b.slices), "most": MOST_SLICES + 1}
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [_group(row, list(quantities)) for row in cursor.fetchall()]


def given_of(a: Side, b: Side) -> dict[str, Any]:
    """What `JOINED` asks for."""
    return {"run_a": a.run, "target_a": a.target, "run_b": b.run, "target_b": b.target}


def _quantities(a: Side, b: Side) -> dict[str, tuple[str, str]]:
    """Each quantity as SQL on both sides; what a side does not know of a sample is NULL there."""
    found = {
        scorer: (f"a.scores[{a.place(scorer)}]", f"b.scores[{b.place(scorer)}]")
        for scorer in a.scorers
        if scorer in b.scorers
    }
    error = "({}.kind <> ALL(%(answered)s))::int::float8"
    found[ERRORS] = (error.format("a"), error.format("b"))
    found[COST], found[LATENCY] = ("a.cost", "b.cost"), ("a.latency_ms", "b.latency_ms")
    return found


def _group(row: Sequence[Any], quantities: Sequence[str]) -> Group:
    slice_, both, only_a, only_b, *numbers = row
    of = {}
    for place, name in enumerate(quantities):
        sums = numbers[len(_SUMS) * place : len(_SUMS) * (place + 1)]
        of[name] = Pairs(*(int(each) if at in _WHOLE else each for at, each in enumerate(sums)))
    return Group(slice_, int(both), int(only_a), int(only_b), of)
