"""Numbers over groups equal those counted by hand; a small group comes out neither itself nor by subtraction."""

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dataplane import results
from apps.dataplane.contract.plan import CsvSource, OpenAITarget, Price
from apps.dataplane.contract.statistics import ranks_needed
from apps.dataplane.refusal import Refusal
from apps.dataplane.samples import Outcome, Sample
from apps.dataplane.tally import Group, suppress, tally

from .sources import plan_over


def model(name: str, price: Price | None) -> OpenAITarget:
    return OpenAITarget(name=name, base_url="http://127.0.0.1:1", model="m", price=price)


PLAN = plan_over(CsvSource(path="/x"), slices=("channel", "tier")).model_copy(
    update={"targets": (model("priced", Price(input=1)), model("free", None))}
)


def outcomes(count: int, seed: int) -> list[Outcome]:
    dice = random.Random(seed)
    found = []
    for n in range(count):
        kind = dice.choice(["ok", "ok", "ok", "empty", "timeout"])
        answered = kind != "timeout"
        found.append(
            Outcome(
                sample=Sample(
                    n, f"{n:032x}", {"text": "t"}, "r", (dice.choice("abc"), dice.choice(["x", "y\"'="]))
                ),
                kind=kind,
                scores={"exact": float(dice.random() < 0.6)} if answered else {},
                latency_ms=dice.uniform(5, 500) if answered and dice.random() < 0.8 else None,
                cost=dice.uniform(0, 0.01) if answered else None,
            )
        )
    return found


def stored(folder: Path, seed: int = 1, count: int = 400) -> dict[int, list[Outcome]]:
    given = {target: outcomes(count, seed + target) for target in (0, 1)}
    for target, each in given.items():
        for start in range(0, count, 150):
            results.store(folder, PLAN, target, each[start : start + 150])
        results.store(folder, PLAN, target, each[:10])  # delivered twice
    return given


def by_hand(given: dict[int, list[Outcome]]) -> dict[tuple[int, str, str], list[float]]:
    values: dict[tuple[int, str, str], list[float]] = defaultdict(list)
    for target, each in given.items():
        for outcome in each:
            numbers: dict[str, float | None] = {
                **outcome.scores,
                "latency_ms": outcome.latency_ms,
                "cost": outcome.cost if target == 0 else None,
                "error": float(outcome.kind == "timeout"),
            }
            parts = [
                "",
                *(
                    f"{name}={value}"
                    for name, value in zip(("channel", "tier"), outcome.sample.slices, strict=True)
                ),
            ]
            for metric, number in numbers.items():
                for part in parts if number is not None else []:
                    values[target, metric, part].append(number)  # type: ignore[arg-type]
    return values


def name_of(group: Group) -> str:
    return "" if group.column is None else f"{('channel', 'tier')[group.column]}={group.value}"


def test_every_number_equals_the_one_counted_by_hand(tmp_path: Path) -> None:
    expected = by_hand(stored(tmp_path))
    groups = {(group.target, group.metric, name_of(group)): group for group in tally(tmp_path, PLAN, 5)}
    assert groups.keys() == expected.keys()
    for where, values in expected.items():
        group = groups[where]
        assert (group.n, group.suppressed) == (len(values), False)
        assert group.total == pytest.approx(sum(values))
        assert group.squares == pytest.approx(sum(value * value for value in values))
        ranked = {rank: sorted(values)[rank - 1] for rank in ranks_needed(len(values))}
        assert group.ranks == (ranked if where[1] == "latency_ms" else {})


def test_small_groups_carry_no_number_and_no_rank(tmp_path: Path) -> None:
    given = outcomes(100, 1)
    for n, outcome in enumerate(given):
        outcome.sample = Sample(n, f"{n}", {}, "r", ("rare" if n < 3 else "often" if n < 60 else "else", "x"))
    results.store(tmp_path, PLAN, 0, given)
    for group in tally(tmp_path, PLAN, 5):
        hidden = group.value in ("rare", "else")  # the second hides the first
        assert group.suppressed == hidden, group
        if hidden:
            assert (group.n, group.total, group.squares, group.ranks) == (0, 0.0, 0.0, {})


def test_a_run_that_is_smaller_than_the_minimum_says_nothing(tmp_path: Path) -> None:
    results.store(tmp_path, PLAN, 0, outcomes(4, 1))
    assert all(group.suppressed and not group.n for group in tally(tmp_path, PLAN, 5))


def test_a_run_of_which_nothing_is_kept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="snapshot_missing"):
        tally(tmp_path, PLAN, 5)


@settings(max_examples=300)
@given(sizes=st.lists(st.integers(0, 30), min_size=1, max_size=8), minimum=st.integers(1, 12))
def test_what_is_published_never_gives_a_small_group_away(sizes: list[int], minimum: int) -> None:
    whole = sum(sizes)
    family = [Group(0, "exact", None, "", whole, whole, whole)]
    family += [Group(0, "exact", 0, str(number), size, size, size) for number, size in enumerate(sizes)]
    suppress(family, minimum)
    total, parts = family[0], family[1:]
    shown = [group.n for group in parts if not group.suppressed]
    hidden = [size for size, group in zip(sizes, parts, strict=True) if group.suppressed]
    if total.suppressed:
        assert not shown
        assert whole < minimum
        return
    assert all(n >= minimum for n in shown)
    if hidden:  # whole minus what is shown is the hidden groups' sum
        assert len(hidden) > 1 or not shown
        assert sum(hidden) >= minimum or not shown
    assert all(not 0 < whole - n < minimum for n in shown)


def test_the_store_keeps_what_sqlite_and_postgres_would_not(tmp_path: Path) -> None:
    odd = Outcome(
        Sample(0, "ab", {}, "re\0f", ("a", "b")), "ok", prompt="p\ud800", answer="nul\0byte", detail="\udfff"
    )
    results.store(tmp_path, PLAN, 0, [odd])
    kept: list[dict[str, Any]] = list(results.kept(tmp_path, "run", "0"))
    assert [(row["prompt"], row["answer"], row["reference"]) for row in kept] == [
        ("p\ufffd", "nul\0byte", "re\0f")
    ]
    assert results.file_of(tmp_path, "run").stat().st_mode & 0o777 == 0o600


def test_a_sample_is_found_by_number_and_by_an_unambiguous_beginning_of_its_key(tmp_path: Path) -> None:
    for n, key in enumerate(("abc1", "abd2", "5555")):
        results.store(tmp_path, PLAN, 0, [Outcome(Sample(n, key, {}, None, ("a", "b")), "ok")])
    for wanted, n in (("1", 1), ("abd", 1), ("abc1", 0)):
        assert [row["n"] for row in results.kept(tmp_path, "run", wanted)] == [n]
    for wanted in ("ab", "x", "9", ""):
        with pytest.raises(LookupError):
            list(results.kept(tmp_path, "run", wanted))
