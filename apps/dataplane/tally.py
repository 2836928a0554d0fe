"""Numbers over groups of a whole run, computed from what the site keeps; small groups never come out."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from .contract.messages import ANSWERED
from .contract.plan import AnthropicTarget, OpenAITarget, Plan
from .contract.statistics import ranks_needed
from .results import opened


@dataclass
class Group:
    """Sufficient numbers of one metric of one target over the rows where `column` is `value` (None: all rows)."""

    target: int
    metric: str
    column: int | None
    value: str
    n: int
    total: float
    squares: float
    ranks: dict[int, float] = field(default_factory=dict)
    suppressed: bool = False


def tally(folder: Path, plan: Plan, minimum: int) -> list[Group]:
    """Per target: each scorer, latency_ms, cost (priced targets) and error (0 or 1), over all rows and each slice.

    Groups of fewer than `minimum` rows are suppressed, and with them what would give them away. Raises Refusal.
    """
    groups: list[Group] = []
    with closing(opened(folder, plan.run)) as db:
        db.execute("PRAGMA temp_store = FILE")
        db.execute(
            "CREATE TEMP TABLE figure (target, metric, n, value, PRIMARY KEY (target, metric, n)) WITHOUT ROWID"
        )
        _figures(db, plan)
        for column in (None, *range(len(plan.dataset.slices))):
            groups += _grouped(db, column)
        families: defaultdict[tuple[int, str], list[Group]] = defaultdict(list)
        for group in groups:
            families[group.target, group.metric].append(group)
        for family in families.values():
            suppress(family, minimum)
        for group in groups:
            if group.metric == "latency_ms" and not group.suppressed:
                group.ranks = dict(_ranks(db, group))
    return groups


def suppress(family: list[Group], minimum: int) -> None:
    """Mark groups of one metric of one target: the small ones, and as many more as hide them in the whole.

    The whole is published, so what is missing from a column is known as a sum: that sum must cover at least `minimum`
    rows and two groups, and no published group may leave fewer than `minimum` rows to the others.
    """
    whole = next(group for group in family if group.column is None)
    whole.suppressed = whole.n < minimum
    for column in {group.column for group in family} - {None}:
        parts = sorted((group for group in family if group.column == column), key=lambda group: group.n)
        for group in parts:
            group.suppressed = whole.suppressed or group.n < minimum
        for group in parts:
            hidden = [part for part in parts if part.suppressed]
            if not hidden or (len(hidden) > 1 and sum(part.n for part in hidden) >= minimum):
                break
            group.suppressed = True
    for group in family:
        if group.suppressed:
            group.n, group.total, group.squares = 0, 0.0, 0.0


def _figures(db: sqlite3.Connection, plan: Plan) -> None:
    """One row per target, metric and sample that has a number of that metric."""
    priced = [
        number
        for number, target in enumerate(plan.targets)
        if isinstance(target, OpenAITarget | AnthropicTarget) and target.price is not None
    ]
    answered = json.dumps(sorted(ANSWERED))
    scorers = json.dumps([scorer.name for scorer in plan.scorers])
    db.execute(
        "INSERT INTO figure SELECT target, score.key, n, score.value FROM outcome, json_each(outcome.scores) AS score "
        "WHERE score.key IN (SELECT value FROM json_each(?))",
        (scorers,),
    )
    db.execute(
        "INSERT INTO figure SELECT target, 'latency_ms', n, latency_ms FROM outcome WHERE latency_ms IS NOT NULL"
    )
    db.execute(
        "INSERT INTO figure SELECT target, 'cost', n, cost FROM outcome "
        "WHERE cost IS NOT NULL AND target IN (SELECT value FROM json_each(?))",
        (json.dumps(priced),),
    )
    db.execute(
        "INSERT INTO figure SELECT target, 'error', n, kind NOT IN (SELECT value FROM json_each(?)) FROM outcome",
        (answered,),
    )


def _grouped(db: sqlite3.Connection, column: int | None) -> Iterator[Group]:
    value = "''" if column is None else f"outcome.s{column}"
    query = (
        f"SELECT figure.target, metric, {value} AS part, count(*), total(value), total(value * value) "  # noqa: S608
        "FROM figure JOIN outcome USING (target, n) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    for target, metric, part, n, total, squares in db.execute(query):
        yield Group(target, metric, column, part, n, total, squares)


def _ranks(db: sqlite3.Connection, group: Group) -> Iterator[tuple[int, float]]:
    """The order statistics from which percentiles and their intervals are read."""
    condition = "" if group.column is None else f"AND outcome.s{group.column} = :value"
    query = (
        "SELECT value FROM figure JOIN outcome USING (target, n) "  # noqa: S608
        f"WHERE target = :target AND metric = 'latency_ms' {condition} ORDER BY value LIMIT 1 OFFSET :skip"
    )
    for rank in ranks_needed(group.n):
        found = db.execute(query, {"target": group.target, "value": group.value, "skip": rank - 1}).fetchone()
        yield rank, found[0]
