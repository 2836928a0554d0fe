"""What presses, and in which order: adding trouble, or letting it wait, never makes an engagement press less."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.overview.rules.concerns import Level, concerns_of
from apps.overview.rules.facts import Blocker, Budget, Dated, Facts, NextGate, StaleGate, Wait
from apps.overview.rules.ranking import press, ranked

from .facts import BUDGETS, TODAY, every_fact, troubles

DAY = timedelta(days=1)


def words_of(facts: Facts) -> list[str]:
    return [one.words for one in concerns_of(facts, TODAY)]


@given(points=st.lists(st.integers(1, 95), max_size=60), more=st.integers(1, 95))
def test_one_more_concern_never_presses_less(points: list[int], more: int) -> None:
    assert press([*points, more]) >= press(points)


@given(points=st.lists(st.integers(1, 95), min_size=1, max_size=60))
def test_a_heap_of_small_things_never_outweighs_twice_the_worst(points: list[int]) -> None:
    assert max(points) <= press(points) < 2 * max(points)


@given(facts=every_fact(), trouble=troubles(), others=st.lists(every_fact(), max_size=5))
def test_adding_a_problem_never_lowers_the_rank(
    facts: Facts, trouble: tuple[str, Any], others: list[Facts]
) -> None:
    field, problem = trouble
    worse = replace(facts, **{field: (*getattr(facts, field), problem)})
    before = place_among(facts, others)
    assert place_among(worse, others) <= before


@given(facts=every_fact(), days=st.integers(1, 60))
def test_waiting_never_makes_anything_press_less(facts: Facts, days: int) -> None:
    """Of what is trouble already; a milestone that lies ahead becomes an overdue one."""
    now, later = (concerns_of(facts, day) for day in (TODAY, TODAY + days * DAY))
    lasting = {"gone"}  # is forgotten after a while
    assert press(one.points for one in later if one.kind not in lasting) >= press(
        one.points for one in now if one.kind not in lasting
    )


def place_among(facts: Facts, others: list[Facts]) -> int:
    known = {"this": facts, **{f"other {n}": one for n, one in enumerate(others)}}
    concerns = {name: concerns_of(one, TODAY) for name, one in known.items()}
    return ranked(concerns, {name: TODAY for name in known}).index("this")


def test_what_presses_alike_stands_by_age() -> None:
    assert ranked({"a": [], "b": []}, {"a": TODAY, "b": TODAY - DAY}) == ["b", "a"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"gate": NextGate("G-3", "pilot", TODAY + 3 * DAY, required=5, held=3)},
            "gate “pilot” in 3 days, 2 of 5 exit criteria open",
        ),
        (
            {"gate": NextGate("G-3", "pilot", TODAY - DAY, required=1, held=1)},
            "gate “pilot” is 1 day overdue",
        ),
        (
            {"gate": NextGate("G-3", "pilot", None, required=2, held=2)},
            "gate “pilot” can be decided: 2 exit criteria hold",
        ),
        (
            {"waits": (Wait("AR-1", "claims replica", "IT operations", TODAY - 11 * DAY, gate="connect"),)},
            "access request “claims replica” waits 11 days on IT operations, and holds up gate “connect”",
        ),
        ({"logged_on": TODAY - 6 * DAY}, "no log for 6 days"),
        ({"logged_on": None, "began": TODAY - 9 * DAY}, "nothing logged since it began 9 days ago"),
        ({"members": 0}, "nobody works on it"),
        (
            {"budget": Budget(6_000, 5_520), "gate": NextGate("G-3", "pilot", None, required=2)},
            "92 of 100 budgeted hours used, gate “pilot” not passed yet",
        ),
        ({"budget": Budget(750, 810)}, "13.5 of 12.5 budgeted hours used"),
        (
            {"milestones": (Dated("M-1", "Go live", TODAY + 20 * DAY, promised=TODAY),)},
            "milestone “Go live” comes 20 days later than promised first",
        ),
    ],
)
def test_each_reason_is_said_in_words(facts: dict[str, Any], words: str) -> None:
    quiet = Facts(began=TODAY, stage="pilot", logged_on=TODAY)
    assert words in words_of(replace(quiet, **facts))


@pytest.mark.parametrize(
    ("over", "level"), [(0, Level.NOTE), (1, Level.AMBER), (6, Level.AMBER), (7, Level.RED)]
)
def test_an_overdue_gate_turns_red_after_a_week(over: int, level: Level) -> None:
    gate = NextGate("G-3", "pilot", TODAY - over * DAY, required=2)
    facts = Facts(began=TODAY, stage="pilot", logged_on=TODAY, gate=gate)
    assert [one.level for one in concerns_of(facts, TODAY)] == [level]


def test_nothing_wrong_is_nothing_to_do() -> None:
    assert concerns_of(Facts(began=TODAY, stage="scoping"), TODAY) == []
    assert press([]) == 0


@given(facts=every_fact(), budget=BUDGETS, more=st.integers(0, 6_000))
def test_more_hours_never_make_it_press_less(facts: Facts, budget: Budget, more: int) -> None:
    before, after = (
        concerns_of(replace(facts, budget=replace(budget, used=used)), TODAY)
        for used in (budget.used, budget.used + more)
    )
    assert press(one.points for one in after) >= press(one.points for one in before)


@given(budget=BUDGETS)
def test_a_budget_stands_below_blockers_and_gates_that_need_somebody(budget: Budget) -> None:
    facts = Facts(
        began=TODAY,
        stage="pilot",
        blockers=(Blocker("L-1", "No VPN", TODAY),),
        stale=(StaleGate("G-1", "scoping", TODAY, "it changed"),),
        gate=NextGate("G-3", "pilot", TODAY - DAY, required=2),
    )
    to_decide = replace(facts, gate=NextGate("G-3", "pilot", None, required=2, held=2))
    for each in (facts, to_decide):
        kinds = [one.kind for one in concerns_of(replace(each, budget=budget), TODAY)]
        assert kinds[3:] in ([], ["budget"])
        assert ("budget" in kinds) == (budget.used * 100 >= budget.minutes * 80)


@given(facts=every_fact())
def test_concerns_are_sorted_and_bounded(facts: Facts) -> None:
    found = concerns_of(facts, TODAY)
    assert all(1 <= one.points <= 95 and one.words for one in found)
    assert [one.points for one in found] == sorted((one.points for one in found), reverse=True)


def test_a_date_far_away_is_no_error() -> None:
    facts = Facts(began=date(1, 1, 1), stage="pilot", gate=NextGate("G-1", "pilot", date(9999, 12, 31), 3))
    assert concerns_of(facts, TODAY)
