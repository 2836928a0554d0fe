"""Health comes from evidence: taking any of it away never makes an engagement green."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.overview.rules.concerns import concerns_of
from apps.overview.rules.facts import Criterion, Dated, Facts, Gone, Risk
from apps.overview.rules.health import FRESH, Colour, Health, health_of

from .facts import CRITERIA, TODAY, calm, every_fact

DAY = timedelta(days=1)
MET = Criterion("C-1", "Right department", verdict="met", measured_on=TODAY)
FINE = Facts(began=TODAY - 90 * DAY, stage="pilot", logged_on=TODAY, criteria=(MET,))


def health(facts: Facts) -> Health:
    return health_of(facts, concerns_of(facts, TODAY), TODAY)


def without_evidence(facts: Facts, keep: list[bool]) -> Facts:
    """The same engagement after somebody took evidence away: of each criterion that is not kept the measurement,
    and the log with its hours when the last one is not."""
    pairs = zip(facts.criteria, keep, strict=False)
    criteria = (
        tuple(one if kept else replace(one, verdict="", measured_on=None) for one, kept in pairs)
        + facts.criteria[len(keep) :]
    )
    if keep[-1]:
        return replace(facts, criteria=criteria)
    budget = replace(facts.budget, used=0) if facts.budget else None
    return replace(facts, criteria=criteria, logged_on=None, budget=budget)


@settings(max_examples=500)
@given(facts=every_fact() | calm(), keep=st.lists(st.booleans(), min_size=4, max_size=4))
def test_taking_evidence_away_never_turns_it_green(facts: Facts, keep: list[bool]) -> None:
    if health(without_evidence(facts, keep)).colour == Colour.GREEN:
        assert health(facts).colour == Colour.GREEN


@given(criteria=st.lists(CRITERIA, min_size=1, max_size=4))
def test_without_any_measurement_nothing_is_green(criteria: list[Criterion]) -> None:
    bare = tuple(replace(one, verdict="", measured_on=None) for one in criteria)
    assert health(replace(FINE, criteria=bare)).colour == Colour.UNRATED


@given(facts=every_fact() | calm())
def test_green_has_fresh_evidence_and_no_trouble(facts: Facts) -> None:
    found = health(facts)
    assert all(found.reasons)
    if found.colour != Colour.GREEN:
        return
    assert (facts.blockers, facts.stale) == ((), ())
    assert all(one.verdict == "met" for one in facts.criteria)
    assert min((TODAY - one.measured_on).days for one in facts.criteria if one.measured_on) <= FRESH


def test_the_plain_case_is_green() -> None:
    assert health(FINE) == Health(Colour.GREEN, ("1 of 1 success criteria met, measured within 28 days",))


@pytest.mark.parametrize(
    ("changes", "colour", "reason"),
    [
        ({"criteria": ()}, "unrated", "no success criterion is stated"),
        ({"criteria": (replace(MET, stated=False, verdict=""),)}, "unrated", "C-1 cannot be decided yet"),
        ({"criteria": (MET, replace(MET, reference="C-2", verdict=""))}, "unrated", "C-2 not measured as met"),
        ({"criteria": (replace(MET, measured_on=TODAY - 29 * DAY),)}, "unrated",
         "the latest measurement is 29 days old"),
        ({"criteria": (replace(MET, verdict="missed"),)}, "red", "criterion C-1 is missed: Right department"),
        ({"logged_on": TODAY - 8 * DAY}, "amber", "no log for 8 days"),
        ({"logged_on": TODAY - 21 * DAY}, "red", "no log for 21 days"),
        ({"gone": (Gone("R-4", "removed while open", TODAY - 28 * DAY),)}, "amber", "R-4 was removed while open"),
        ({"gone": (Gone("R-4", "removed while open", TODAY - 29 * DAY),)}, "green", "1 of 1 success criteria met"),
        ({"risks": (Risk("R-4", "Drift", 9, False, TODAY),)}, "amber", "risk R-4 is high and has no mitigation"),
        ({"risks": (Risk("R-4", "Drift", 9, True, TODAY),)}, "green", "1 of 1"),
        ({"milestones": (Dated("M-1", "Go live", TODAY - 14 * DAY),)}, "red", "milestone “Go live” is 14 days"),
    ],
)  # fmt: skip
def test_each_colour_says_why(changes: dict[str, object], colour: str, reason: str) -> None:
    found = health(replace(FINE, **changes))
    assert (found.colour, found.reasons[0][: len(reason)]) == (colour, reason)
