"""The database's sums over pairs are those of a plain loop, and quick enough to wait for."""

import random
import time
from collections import defaultdict

import pytest
from django.db import connection

from apps.dataplane.contract.messages import ANSWERED, Row
from apps.dataplane.contract.statistics import COST, ERRORS, LATENCY
from apps.pilots.models import Run
from apps.pilots.selectors import flips, pairs
from apps.pilots.selectors.pairs import Side
from apps.pilots.services import results
from tests.factories.runs import make_run
from tests.pilots.test_results import SCORERS, SLICES, rows, store

OTHER = ["token_f1", "regex", "exact"]  # b's scorers, in another order and with one that a lacks


@pytest.fixture
def run(db) -> Run:
    return make_run()


def sides(run: Run) -> tuple[Side, Side]:
    return Side(run.pk, 0, SCORERS, SLICES), Side(run.pk, 1, OTHER, SLICES)


def fill(run: Run, seed: int = 1, number: int = 300) -> tuple[list[Row], list[Row]]:
    """Target 1 has samples 40 … and numbers them another way."""
    before, after = rows(seed, number), rows(seed + 1, number + 20)[40:]
    chance = random.Random(seed)
    after = [
        row.model_copy(
            update={
                "n": number + 20 - row.n,
                "scores": {**row.scores, "regex": float(chance.random() < 0.5)} if row.scores else {},
            }
        )
        for row in after
    ]
    store(run, 0, before)
    results.store(run=run.pk, target=1, scorers=OTHER, rows=after)
    return before, after


def plainly(before: list[Row], after: list[Row]) -> dict[tuple[str, str], list[tuple[float, float]]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    by_key = {row.key: row for row in before}
    for b in after:
        if (a := by_key.get(b.key)) is None:
            continue
        of = {ERRORS: (float(a.kind not in ANSWERED), float(b.kind not in ANSWERED))}
        of |= {name: (a.scores[name], b.scores[name]) for name in SCORERS if a.scores and b.scores}
        of |= {
            name: (left, right)
            for name, left, right in ((COST, a.cost, b.cost), (LATENCY, a.latency_ms, b.latency_ms))
            if left is not None and right is not None
        }
        slices = [f"{column}={value}" for column, value in zip(SLICES, b.slices, strict=True)]
        for slice_ in ("", *slices):
            for name, values in of.items():
                found[slice_, name].append(values)
    return found


def test_sums_equal_a_plain_loop(run: Run) -> None:
    before, after = fill(run)
    expected = plainly(before, after)
    found = pairs.grouped(*sides(run))
    assert found[0].slice == ""
    assert (found[0].both, found[0].only_a, found[0].only_b) == (260, 40, 20)
    assert {group.slice for group in found} == {slice_ for slice_, _ in expected}
    for group in found:
        for name, sums in group.of.items():
            values = expected[group.slice, name]
            assert sums.n == len(values), (group.slice, name)
            assert sums.a == pytest.approx(sum(a for a, _ in values))
            assert sums.aa == pytest.approx(sum(a * a for a, _ in values))
            assert sums.b == pytest.approx(sum(b for _, b in values))
            assert sums.bb == pytest.approx(sum(b * b for _, b in values))
            assert sums.rise == pytest.approx(sum(max(b - a, 0) for a, b in values))
            assert sums.squares == pytest.approx(sum((b - a) ** 2 for a, b in values))
            assert sums.gained == sum(a < 1 <= b for a, b in values)
            assert sums.lost == sum(b < 1 <= a for a, b in values)


def test_flips_are_listed_once_each_whatever_the_page(run: Run) -> None:
    before, after = fill(run, number=900)
    by_key = {row.key: row for row in before}
    right = {
        row.n: (by_key[row.key].scores["exact"], row.scores["exact"])
        for row in after
        if row.key in by_key and row.scores and by_key[row.key].scores
    }
    for way, wanted in (
        ("", lambda a, b: a != b),
        ("lost", lambda a, b: a > b),
        ("gained", lambda a, b: a < b),
    ):
        seen: list[int] = []
        query = {"way": way, "after": "-1"}
        while True:
            page = flips.page(*sides(run), "exact", query)
            seen += [row.n for row in page.rows]
            if page.next is None:
                break
            query = {"way": way, "after": str(page.next)}
        assert seen == sorted(n for n, (a, b) in right.items() if wanted(a, b))


def test_nothing_in_common_is_no_pair(run: Run) -> None:
    store(run, 0, rows(1, 30))
    found = pairs.grouped(*sides(run))
    assert [(group.both, group.only_a, group.only_b) for group in found] == [(0, 30, 0)]
    assert pairs.grouped(Side(run.pk, 5, SCORERS), Side(run.pk, 6, SCORERS)) == []


def test_two_times_a_hundred_thousand_samples_do_not_keep_a_person_waiting(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pilots_result
                (run_id, target, n, key, kind, scores, cost, latency_ms, cached, slices)
            SELECT %s, target, n, md5(n::text), 'ok', ARRAY[(n * (target + 3)) %% 2, 0.5], 0.001, n %% 900, '',
                   ARRAY['channel ' || n %% 5, 'language ' || n %% 3]
            FROM generate_series(0, 1) AS target, generate_series(1, 100000) AS n
            """,
            [run.pk],
        )
        cursor.execute("ANALYZE pilots_result")
    a = Side(run.pk, 0, SCORERS, SLICES)
    b = Side(run.pk, 1, SCORERS, SLICES)
    began = time.process_time(), time.perf_counter()
    found = pairs.grouped(a, b)
    taken = time.perf_counter() - began[1]
    assert found[0].both == 100_000
    assert time.process_time() - began[0] < 0.2  # no row is looked at here
    assert taken < 15
    began_page = time.perf_counter()
    assert len(flips.page(a, b, "exact", {"after": "50000"}).rows) == flips.PER_PAGE
    print(f"pairs {taken:.2f} s, flips {time.perf_counter() - began_page:.2f} s")
