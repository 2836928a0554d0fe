"""Samples are stored exactly once, and the numbers over them are those of a plain loop."""

import random
from collections import defaultdict

import pytest

from apps.dataplane.contract.messages import ANSWERED, Row
from apps.dataplane.contract.statistics import COST, ERRORS, LATENCY, ranks_needed
from apps.pilots.models import Result, Run
from apps.pilots.selectors import summaries
from apps.pilots.services import results
from tests.factories.runs import make_run

SCORERS = ["exact", "token_f1"]
SLICES = ["channel", "language"]


@pytest.fixture
def run(db) -> Run:
    return make_run()


def rows(seed: int, number: int) -> list[Row]:
    chance = random.Random(seed)
    made = []
    for n in range(number):
        kind = chance.choices([*ANSWERED, "timeout"], [80, 4, 4, 4, 4, 4])[0]
        answered = kind in ANSWERED
        latency = round(chance.expovariate(1 / 200), 1) if answered and chance.random() < 0.9 else None
        made.append(
            Row(
                n=n,
                key=f"{n:032x}",
                kind=kind,
                scores={"exact": float(chance.random() < 0.7), "token_f1": chance.random()}
                if answered
                else {},
                latency_ms=latency,
                input_tokens=chance.randint(5, 90),
                output_tokens=chance.randint(1, 9),
                cost=chance.random() / 1000 if answered else None,
                slices=(chance.choice(["mail", "chat", ""]), chance.choice(["en", "de=1"])),
                answer="it's \t a\\b\nline" if answered else None,
            )
        )
    return made


def store(run: Run, target: int, made: list[Row]) -> None:
    results.store(run=run.pk, target=target, scorers=SCORERS, rows=made)


def test_what_is_stored_is_what_came(run: Run) -> None:
    made = rows(1, 50)
    store(run, 0, made)
    for row in made:
        kept = Result.objects.get(run=run, target=0, n=row.n)
        assert kept.scores == list(row.scores.values())
        assert kept.slices == list(row.slices)
        for name in (
            "key",
            "kind",
            "latency_ms",
            "input_tokens",
            "output_tokens",
            "cost",
            "cached",
            "answer",
        ):
            assert getattr(kept, name) == getattr(row, name)


def test_the_same_rows_three_times_are_there_once_and_a_later_delivery_wins(run: Run) -> None:
    made = rows(2, 40)
    for _ in range(3):
        store(run, 0, made)
        store(run, 1, list(reversed(made)))
    assert Result.objects.filter(run=run).count() == 80
    later = made[3].model_copy(update={"kind": "empty", "scores": {"exact": 0.0, "token_f1": 0.0}})
    store(run, 0, [later])
    assert Result.objects.get(run=run, target=0, n=3).kind == "empty"
    assert Result.objects.filter(run=run).count() == 80


def test_summaries_equal_a_plain_loop(run: Run) -> None:
    made = {0: rows(3, 300), 1: rows(4, 7)}
    for target, of_target in made.items():
        store(run, target, of_target)
    found = {
        (item.target, item.slice, item.metric): item
        for item in summaries.of_run(run.pk, scorers=SCORERS, slices=SLICES)
    }
    expected = plainly(made)
    assert set(found) == set(expected)
    for key, values in expected.items():
        assert found[key].n == len(values), key
        assert found[key].total == pytest.approx(sum(values)), key
        assert found[key].squares == pytest.approx(sum(value * value for value in values)), key
        if key[2] == LATENCY:
            ordered = sorted(values)
            assert found[key].ranks == {rank: ordered[rank - 1] for rank in ranks_needed(len(values))}


def plainly(made: dict[int, list[Row]]) -> dict[tuple[int, str, str], list[float]]:
    values: dict[tuple[int, str, str], list[float]] = defaultdict(list)
    for target, of_target in made.items():
        for row in of_target:
            names = [f"{column}={value}" for column, value in zip(SLICES, row.slices, strict=True)]
            for slice_ in ("", *names):
                values[target, slice_, ERRORS].append(float(row.kind not in ANSWERED))
                for scorer, score in row.scores.items():
                    values[target, slice_, scorer].append(score)
                if row.latency_ms is not None:
                    values[target, slice_, LATENCY].append(row.latency_ms)
                if row.cost is not None:
                    values[target, slice_, COST].append(row.cost)
    return values


def test_summaries_of_another_run_do_not_count(run: Run) -> None:
    store(run, 0, rows(5, 10))
    assert summaries.of_run(make_run().pk, scorers=SCORERS, slices=SLICES) == []


def test_no_scorer_and_no_slice_leave_the_errors_alone(run: Run) -> None:
    made = [row.model_copy(update={"scores": {}, "slices": ()}) for row in rows(6, 20)]
    results.store(run=run.pk, target=0, scorers=[], rows=made)
    found = summaries.of_run(run.pk, scorers=[], slices=[])
    assert {item.metric for item in found} == {ERRORS, COST, LATENCY}
