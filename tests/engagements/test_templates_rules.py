"""What templates hold: read and written without loss, every mistake said at once, dates that never run backwards."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.engagements.models import Approver, Asked, Level, Stage
from apps.engagements.rules.templates import document, fields, reading
from apps.engagements.rules.templates.content import (
    GATED,
    Action,
    Content,
    ExitCriterion,
    Milestone,
    Phase,
    Request,
    Risk,
)
from apps.engagements.rules.templates.days import backwards, date_of, stage_of, warnings, working
from apps.engagements.rules.templates.plan import planned
from apps.engagements.rules.templates.private import Private
from apps.engagements.rules.templates.writing import plain

DAY = date(2026, 11, 21)
words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8)
days = st.integers(0, 400)
dates = st.dates(date(2020, 1, 1), date(2035, 1, 1))
some_days = st.none() | days
criteria = st.one_of(
    st.builds(ExitCriterion, st.just("check"), st.just("") | words, words),
    st.builds(ExitCriterion, st.just("attested"), words),
)


# whole templates are large, and the machine may be busy
whole = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def lists(make):
    return st.lists(make, max_size=2).map(tuple)


milestones = st.builds(Milestone, words, days, words, st.booleans())
actions = st.builds(
    Action, words, some_days, st.sampled_from(["lead", "nobody"]), words, st.booleans(), lists(words)
)
risks = st.builds(Risk, words, st.sampled_from(reading.LEVELS))
requests = st.builds(Request, words, day=some_days, gate=st.sampled_from(["", *GATED]))


@st.composite
def contents(draw):
    """Two phases with something in each, and the others empty."""
    gates = sorted(draw(st.tuples(days, days)))
    chosen = dict(
        zip(sorted(draw(st.sets(st.sampled_from(range(5)), min_size=2, max_size=2))), gates, strict=True)
    )
    phases = []
    for at, stage in enumerate(Stage.values):
        if at not in chosen:
            phases.append(Phase(stage))
            continue
        asked = draw(lists(criteria))
        once = {(one.proof, one.check or one.title.lower()): one for one in asked}
        phases.append(
            Phase(
                stage,
                chosen[at],
                tuple(once.values()),
                draw(lists(milestones)),
                draw(lists(actions)),
                draw(lists(risks)),
                draw(lists(requests)),
            )
        )
    return Content(tuple(phases))


@whole
@given(contents())
def test_what_is_written_reads_back_the_same_as_json_and_as_yaml(content: Content) -> None:
    assert reading.read(plain(content)) == (content, [])
    text = document.read(document.dump(plain(content)))
    assert text.problems == []
    assert reading.read(text.data) == (content, [])


@given(dates)
def test_nothing_is_due_on_a_weekend_and_nothing_moves_by_more_than_two_days(day: date) -> None:
    assert working(day).weekday() < 5
    assert timedelta(0) <= working(day) - day <= timedelta(2)


@given(days, days, dates, dates)
def test_what_was_in_order_stays_in_order_and_is_never_past(
    one: int, other: int, start: date, today: date
) -> None:
    first, second = (date_of(day, start, today) for day in sorted((one, other)))
    assert working(today) <= first <= second


@given(st.lists(some_days, min_size=5, max_size=5))
def test_gates_that_run_backwards_are_found_and_only_those(gates: list[int | None]) -> None:
    phases = [Phase(stage, gate) for stage, gate in zip(GATED, gates, strict=True)]
    known = [gate for gate in gates if gate is not None]
    assert bool(backwards(phases)) == (known != sorted(known))


@given(some_days, st.lists(some_days, min_size=5, max_size=5))
def test_what_is_put_into_a_phase_by_its_day_is_never_after_its_gate(
    day: int | None, gates: list[int | None]
) -> None:
    known = dict(zip(GATED, gates, strict=True))
    stage = stage_of(day, known)
    if day is not None and known.get(stage) is not None:
        assert day <= known[stage]


@whole
@given(contents(), dates, dates)
def test_a_plan_leaves_nothing_out_that_is_known(content: Content, start: date, today: date) -> None:
    names = {one.check for phase in content.phases for one in phase.exit_criteria}
    plan = planned(content, starts_on=start, today=today, checks=names, parts=[])
    assert plan.left_out == ()
    for phase, planned_phase in zip(content.phases, plan.phases, strict=True):
        assert planned_phase.exit_criteria == phase.exit_criteria
        assert [one.what for one in planned_phase.actions] == list(phase.actions)
        gates = [one.gate_due for one in plan.phases if one.gate_due]
        assert gates == sorted(gates)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_data_whatever_is_a_failure(data: object) -> None:
    for whole in (data, {"phases": data}, {"success_criteria": data}):
        _, problems = reading.read(whole)
        assert all(problem.says.endswith((".", "?")) for problem in problems)


@given(st.text())
def test_no_text_whatever_is_a_failure(text: str) -> None:
    found = document.read(text)
    _, problems = reading.read(found.data)
    assert all(found.says(problem) for problem in (*found.problems, *problems))


def test_every_mistake_is_said_at_once_with_its_line_and_what_would_be_right() -> None:
    text = """
phases:
  - stage: scopin
  - stage: pilot
    gate_day: ten
    exit_criteria:
      - chek: scoping.use-case-picked
    actions:
      - title: ""
        day: -3
        who: everybody
      - tittle: Tidy up
    risks:
      - {title: Late, severity: hihg}
"""
    found = document.read(text)
    _, problems = reading.read(found.data)
    said = [found.says(problem) for problem in problems]
    for line in (
        "Line 3, phase 1, stage: “scopin” is not known; did you mean scoping?",
        "Line 5, phase 2, gate day: “ten” is no day; write days from the start, such as 14.",
        "Line 7, phase 2, exit criterion 1: An exit criterion is one of “check: …”, “attested: …” and “approval: …”.",
        "Line 9, phase 2, action 1, title: This is empty; it is a text.",
        "Line 10, phase 2, action 1, day: -3 is not between 0 (the day of the start) and 3660.",
        "Line 11, phase 2, action 1, who: “everybody” is not known; choose one of lead, nobody.",
        "Line 12, phase 2, action 2, tittle: There is no “tittle” here; did you mean title?",
        "Line 14, phase 2, risk 1, severity: “hihg” is not known; did you mean high?",
    ):
        assert line in said


def test_dates_that_run_backwards_are_an_error_at_their_own_line() -> None:
    text = "phases:\n  - stage: connect\n    gate_day: 30\n  - stage: pilot\n    gate_day: 20\n"
    found = document.read(text)
    _, problems = reading.read(found.data)
    assert [found.says(problem) for problem in problems] == [
        "Line 5, phase 2, gate day: The dates run backwards: gate Pilot is due on day 20, before gate Connect "
        "on day 30. Give it day 30 or a later one."
    ]


def test_what_is_due_after_its_gate_is_a_warning_and_no_error() -> None:
    phase = Phase("scoping", 10, actions=(Action("Tidy up", 12), Action("In time", 10)))
    asked = Phase("connect", 20, access_requests=(Request("Access", day=30, gate="connect"),))
    assert warnings(Content((phase, asked))) == [
        "“Tidy up” is due on day 12, after the gate of its phase Scoping on day 10.",
        "“Access” is needed by day 30, but gate Connect, which waits for it, is due on day 20.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x",
        "a: !!python/object:os.system {}",
        "[" * 50,
        "a: 1\n\tb: 2",
        "x" * (document.LARGEST + 1),
        "a: \x07",
        "1: one",
        "a: 1\na: 2",
    ],
)
def test_yaml_that_does_harm_or_cannot_be_read_is_said(text: str) -> None:
    assert document.read(text).problems


def test_a_check_that_nobody_registers_is_left_out_and_said() -> None:
    phase = Phase("scoping", 5, (ExitCriterion("check", "", "gone.check"), ExitCriterion("attested", "Kept")))
    plan = planned(Content((phase,), {"lost": ({"a": 1},)}), starts_on=DAY, today=DAY, checks=[], parts=[])
    assert [one.title for one in plan.phases[0].exit_criteria] == ["Kept"]
    assert plan.parts == {}
    assert plan.left_out == (
        "exit criterion “gone.check”: nobody checks this any more",
        "1 of “lost”: no app keeps these any more",
    )


def test_dates_before_today_are_moved_and_counted() -> None:
    phase = Phase("scoping", 30, milestones=(Milestone("Kick-off", 0),))
    plan = planned(Content((phase,)), starts_on=date(2026, 11, 2), today=DAY, checks=[], parts=[])
    assert plan.phases[0].milestones[0].due == date(2026, 11, 23)  # the Monday after this Saturday
    assert plan.warnings == ("1 date would lie in the past; due on the next working day instead.",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Kick-off with northwind bank", "names Northwind Bank"),
        ("Ask Maria", "names Maria"),
        ("Ask @somebody", "mentions somebody"),
        ("See https://wiki.example/x", "holds an address"),
        ("Write to a@b.example", "holds an address"),
    ],
)
def test_what_is_probably_the_clients_own_is_said(text: str, why: str) -> None:
    assert why in Private(clients=["Northwind Bank"], people=["Maria Lindqvist"]).reasons(text)


def test_what_is_nobodys_is_not_said() -> None:
    private = Private(clients=["Northwind"], people=["Maria Lind"])
    assert private.reasons("Marianne writes the label guide") == []


def test_the_words_that_are_read_are_those_that_rows_keep() -> None:
    assert list(reading.LEVELS) == Level.values
    assert list(reading.ASKED_FOR) == Asked.values
    assert list(reading.APPROVERS) == Approver.values
    assert fields.TITLE == 200
