"""Facts of engagements, as Hypothesis makes them up."""

from datetime import date, timedelta

from hypothesis import strategies as st

from apps.overview.rules.facts import (
    Blocker,
    Budget,
    Criterion,
    Dated,
    Facts,
    Gone,
    NextGate,
    Risk,
    StaleGate,
    Wait,
)

TODAY = date(2026, 3, 18)
DAYS = st.integers(-60, 60).map(lambda n: TODAY + timedelta(days=n))
PAST = st.integers(0, 60).map(lambda n: TODAY - timedelta(days=n))
REFERENCES = st.integers(1, 9).map(lambda n: f"X-{n}")
WORDS = st.sampled_from(["claims replica", "model answers too late", "ø"])

WAITS = st.builds(
    Wait, REFERENCES, WORDS, WORDS, PAST, due=st.none() | DAYS, gate=st.sampled_from(["", "pilot"])
)
RISKS = st.builds(Risk, REFERENCES, WORDS, st.integers(1, 9), st.booleans(), PAST)
BLOCKERS = st.builds(Blocker, REFERENCES, WORDS, PAST)
DATED = st.builds(Dated, REFERENCES, WORDS, DAYS, promised=st.none() | DAYS)
MISSED = st.builds(Criterion, REFERENCES, WORDS, verdict=st.just("missed"), measured_on=PAST)
CRITERIA = MISSED | st.builds(
    Criterion,
    REFERENCES,
    WORDS,
    stated=st.booleans(),
    verdict=st.sampled_from(["met", "met", "met", "undecided", ""]),
    measured_on=PAST,
)
STALE = st.builds(StaleGate, REFERENCES, WORDS, PAST, WORDS)
GONE = st.builds(Gone, REFERENCES, st.just("removed while open"), PAST)
BUDGETS = st.builds(Budget, st.integers(1, 6_000), st.integers(0, 12_000))
GATES = st.integers(0, 6).flatmap(
    lambda required: st.builds(
        NextGate,
        REFERENCES,
        WORDS,
        st.none() | DAYS,
        required=st.just(required),
        held=st.integers(0, required),
    )
)


def every_fact() -> st.SearchStrategy[Facts]:
    """Any engagement; a good share of them without trouble."""

    def few(one: st.SearchStrategy) -> st.SearchStrategy:
        return st.just(()) | st.lists(one, max_size=3).map(tuple)

    return st.builds(
        Facts,
        began=PAST,
        stage=st.sampled_from(["scoping", "pilot", "adopt"]),
        logged_on=st.none() | PAST | st.just(TODAY),
        members=st.integers(0, 3),
        gate=st.none() | GATES,
        stale=few(STALE),
        waits=few(WAITS),
        risks=few(RISKS),
        blockers=few(BLOCKERS),
        actions=few(DATED),
        milestones=few(DATED),
        criteria=few(CRITERIA),
        gone=few(GONE),
        budget=st.none() | BUDGETS,
    )


def calm() -> st.SearchStrategy[Facts]:
    """Engagements about which nothing but their criteria and their log decides: often green."""
    recent = st.integers(0, 30).map(lambda n: TODAY - timedelta(days=n))
    met = st.builds(Criterion, REFERENCES, WORDS, verdict=st.just("met"), measured_on=recent)
    return st.builds(
        Facts,
        began=st.just(TODAY),
        stage=st.just("pilot"),
        logged_on=st.none() | st.just(TODAY),
        criteria=st.lists(met, max_size=3).map(tuple)
        | st.lists(met | CRITERIA, min_size=2, max_size=3).map(tuple),
        budget=st.none() | BUDGETS,
    )


def troubles() -> st.SearchStrategy[tuple[str, object]]:
    """(field of Facts, one more problem in it)."""
    kinds = {"waits": WAITS, "risks": RISKS, "blockers": BLOCKERS, "actions": DATED, "milestones": DATED,
             "criteria": MISSED, "stale": STALE, "gone": GONE}  # fmt: skip
    return st.one_of(*(one.map(lambda made, name=name: (name, made)) for name, one in kinds.items()))
