"""Waiting days, slips, exposure, tags: pure decisions."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engagements.rules import raid
from apps.engagements.rules.items import STATES
from apps.engagements.rules.promises import days_over, promise
from apps.engagements.rules.tags import LONGEST, MOST, tags_in
from apps.engagements.rules.waiting import waiting

TODAY = date(2026, 3, 20)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
maybe = st.none() | days


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def test_waiting_counts_calendar_days_until_the_answer_or_today() -> None:
    asked = {"asked_on": day(-11), "due": day(-4), "gate_due": day(-3), "today": TODAY}
    open_one = waiting(state="asked", answered_on=None, **asked)
    assert (open_one.waited, open_one.late, open_one.pushes, open_one.left) == (11, 4, 3, -3)
    granted = waiting(state="granted", answered_on=day(-2), **asked)
    assert (granted.waited, granted.late, granted.pushes, granted.left) == (9, 2, 1, None)


def test_what_was_refused_goes_on_pushing_its_gate_and_what_was_withdrawn_does_not() -> None:
    asked = {"asked_on": day(-11), "answered_on": day(-10), "due": None, "gate_due": day(-3), "today": TODAY}
    refused = waiting(state="refused", **asked)
    assert (refused.waited, refused.pushes, refused.left) == (1, 3, -3)
    withdrawn = waiting(state="withdrawn", **asked)
    assert (withdrawn.pushes, withdrawn.left) == (0, None)


def test_a_gate_without_a_date_is_pushed_by_nothing() -> None:
    found = waiting(state="asked", asked_on=day(-5), answered_on=None, due=None, gate_due=None, today=TODAY)
    assert (found.pushes, found.left) == (0, None)


@given(st.sampled_from(list(STATES["access_request"])), days, maybe, maybe, maybe, days)
def test_waiting_is_never_negative_and_grows_by_a_day_each_day(
    state: str, asked_on: date, answered_on: date | None, due: date | None, gate_due: date | None, today: date
) -> None:
    facts = {
        "state": state,
        "asked_on": asked_on,
        "answered_on": answered_on,
        "due": due,
        "gate_due": gate_due,
    }
    now, tomorrow = waiting(**facts, today=today), waiting(**facts, today=today + timedelta(days=1))
    assert min(now.waited, now.late, now.pushes) >= 0
    if state == "asked":
        assert tomorrow.waited - now.waited == (1 if today >= asked_on else 0)
    elif answered_on:
        assert tomorrow.waited == now.waited
    for before, after in ((now.late, tomorrow.late), (now.pushes, tomorrow.pushes)):
        assert after - before in (0, 1)


def test_a_promise_slips_by_the_days_between_the_first_date_and_the_day_it_was_kept() -> None:
    said = {"promised": day(-20), "due": day(-5), "today": TODAY}
    assert promise(**said, reached_on=day(-3), open=False).slip == 17
    late = promise(**said, reached_on=None, open=True)
    assert (late.slip, late.late) == (20, 5)
    ahead = promise(promised=day(3), due=day(10), reached_on=None, open=True, today=TODAY)
    assert (ahead.slip, ahead.late) == (7, 0)
    assert promise(promised=day(3), due=day(3), reached_on=day(-1), open=False, today=TODAY).slip == -4


@given(days, maybe, maybe, st.booleans(), days)
def test_only_what_is_open_is_late(
    promised: date, due: date | None, reached: date | None, open_: bool, today: date
) -> None:
    found = promise(promised=promised, due=due, reached_on=reached, open=open_, today=today)
    assert found.late == days_over(due or promised, open=open_, today=today)
    assert found.late == 0 or open_


@given(st.sampled_from(["risk", "assumption", "issue", "dependency"]),
       st.sampled_from(list(raid.WEIGHTS)), st.sampled_from(["", *raid.WEIGHTS]))  # fmt: skip
def test_exposure_is_a_weight_that_grows_with_both(kind: str, severity: str, likelihood: str) -> None:
    weight = raid.exposure(kind, severity, likelihood)
    assert 1 <= weight <= 9
    assert weight <= raid.exposure(kind, "high", likelihood) <= raid.exposure("issue", "high", "")
    assert raid.exposure(kind, severity, "") == raid.exposure(kind, severity, "medium")


def test_only_an_open_high_risk_without_words_is_unanswered() -> None:
    assert raid.unanswered("risk", "high", "  \n", open=True)
    for kind, severity, response, is_open in (
        ("issue", "high", "", True),
        ("risk", "medium", "", True),
        ("risk", "high", "Insure it.", True),
        ("risk", "high", "", False),
    ):
        assert not raid.unanswered(kind, severity, response, open=is_open)


def test_tags_are_kept_once_in_lower_case() -> None:
    assert tags_in(" #Data, security data;ops ") == ["data", "security", "ops"]
    assert tags_in("") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * (LONGEST + 1), "at most 40 characters"),
        ("a!b", "is no tag"),
        (" ".join(f"t{n}" for n in range(MOST + 1)), "at most 10"),
        ("-", "is no tag"),
    ],
)
def test_what_is_no_tag_says_what_would_be_one(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        tags_in(text)


@given(st.text(max_size=600))
def test_whatever_is_typed_as_tags_is_kept_or_explained(text: str) -> None:
    found: list[str] = []
    with suppress(ValueError):
        found = tags_in(text)
    assert len(found) == len(set(found)) <= MOST
    assert tags_in(", ".join(found)) == found
