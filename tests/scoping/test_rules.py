"""What decides, and how use cases are ranked, whatever the numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.scoping.rules.goals import Goal, decide, goal_of, interval_of_share, missing_of, of_hand, passes
from apps.scoping.rules.jointly import one_target
from apps.scoping.rules.scores import HIGHEST, STRENGTH, hours, score, weakest
from apps.scoping.rules.units import threshold_text, written

parts = st.integers(1, 5)
numbers = st.floats(-1e6, 1e6)
directions = st.sampled_from(["at_least", "at_most"])
bases = st.sampled_from(list(STRENGTH))


@given(parts, parts, parts, st.sampled_from(["value", "feasibility", "risk"]))
def test_a_score_rises_with_value_and_feasibility_and_falls_with_risk(
    v: int, f: int, r: int, part: str
) -> None:
    said = {"value": v, "feasibility": f, "risk": r}
    now = score(**said)
    assert now is not None
    assert 1 <= now <= HIGHEST
    if said[part] < 5:
        more = score(**{**said, part: said[part] + 1})
        assert more is not None
        assert more < now if part == "risk" else more > now


@pytest.mark.parametrize("part", [0, 6, -1])
def test_a_part_outside_of_its_scale_is_no_score(part: int) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        score(part, 3, 3)
    assert score(None, 3, 3) is None


@given(st.lists(bases, min_size=1), bases)
def test_a_figure_is_as_strong_as_its_weakest_part(several: list[str], one: str) -> None:
    assert all(STRENGTH[weakest(several)] <= STRENGTH[basis] for basis in several)
    assert STRENGTH[weakest([*several, one])] <= STRENGTH[weakest(several)]


@given(st.floats(0, 1e6), st.floats(0, 1e4), bases, bases)
def test_hours_carry_the_basis_of_their_weakest_part(volume: float, minutes: float, a: str, b: str) -> None:
    found = hours(volume, minutes, volume_basis=a, minutes_basis=b)
    assert found is not None
    assert math.isclose(found.hours * 60, volume * minutes, abs_tol=1e-9)
    assert found.basis == weakest([a, b])
    assert hours(None, minutes, volume_basis=a, minutes_basis=b) is None


@given(directions, numbers, st.tuples(numbers, numbers).map(sorted))
def test_a_verdict_follows_from_both_ends_of_the_interval(
    direction: str, threshold: float, ends: list[float]
) -> None:
    low, high = ends
    said = {passes(direction, threshold, end) for end in ends}
    expected = "undecided" if len(said) == 2 else "met" if said == {True} else "missed"
    assert decide(direction, threshold, low, high) == expected


@given(directions, numbers, st.tuples(numbers, numbers).map(sorted), st.floats(0, 100))
def test_a_wider_interval_never_turns_a_verdict_round(
    direction: str, threshold: float, ends: list[float], more: float
) -> None:
    now = decide(direction, threshold, *ends)
    wider = decide(direction, threshold, ends[0] - more, ends[1] + more)
    assert wider in {now, "undecided"}
    assert decide(direction, threshold, None, None) == "undecided"


@given(directions, numbers, numbers, st.integers(1, 29), st.integers(30, 1000))
def test_by_hand_few_decide_nothing_and_many_by_their_value(
    direction: str, threshold: float, value: float, few: int, many: int
) -> None:
    goal = Goal("m", direction, threshold)
    assert of_hand(goal, value, None, None, few)[0] == "undecided"
    expected = "met" if passes(direction, threshold, value) else "missed"
    assert of_hand(goal, value, None, None, many)[0] == expected
    assert of_hand(goal, value, None, None, None)[0] == expected
    assert of_hand(goal, value, None, None, 0)[0] == "undecided"


def test_by_hand_an_interval_counts_more_than_the_value() -> None:
    goal = Goal("m", "at_least", 0.8)
    assert of_hand(goal, 0.85, 0.75, 0.9, 400)[0] == "undecided"
    assert of_hand(goal, 0.85, 0.81, 0.9, 5)[0] == "met"
    assert of_hand(goal, 0.7, 0.6, 0.79, None)[0] == "missed"


@given(st.floats(0, 1), st.integers(1, 100_000))
def test_the_interval_of_a_share_holds_it_and_is_one_of_shares(value: float, n: int) -> None:
    found = interval_of_share(value, n, "share")
    assert found is not None
    low, high = found
    assert 0 <= low <= value <= high <= 1
    assert low < high
    assert interval_of_share(value, n, "minutes") is None
    assert interval_of_share(value, None, "share") is None


@given(st.sampled_from(["", "exact"]), st.sampled_from(["", "at_least"]), st.none() | numbers)
def test_a_goal_is_there_exactly_when_nothing_is_missing(
    metric: str, direction: str, threshold: float | None
) -> None:
    assert (goal_of(metric, direction, threshold) is None) == bool(missing_of(metric, direction, threshold))


def test_a_threshold_is_written_as_it_was_said() -> None:
    assert threshold_text(0.9045, "share") == "90.45\u202f%"
    assert threshold_text(12.3456, "minutes") == "12.3456 minutes"
    assert written(0.02, "USD per 1,000 samples") == "$0.02 per 1,000 samples"
    assert written(None, "minutes") == "–"


VERDICTS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["met", "missed", "undecided"]))


@given(st.lists(VERDICTS, max_size=4))
def test_only_one_and_the_same_target_meets_all_criteria(criteria: list[dict[str, str]]) -> None:
    found, target = one_target(criteria)
    every = {name for verdicts in criteria for name in verdicts}
    meeting = {name for name in every if all(verdicts.get(name) == "met" for verdicts in criteria)}
    missing = {name for name in every if any(verdicts.get(name) == "missed" for verdicts in criteria)}
    assert (found == "met") == bool(meeting)
    assert target in (meeting or {""})
    assert (found == "missed") == bool(every and missing == every)
