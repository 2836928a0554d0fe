"""Hours by week, the pace and the end of a budget: every sum is the sum of its parts, whoever adds them up."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.engagements.rules import budgets
from apps.engagements.rules.budgets import NoBudget, minutes_of, percent_of, state_of
from apps.engagements.rules.grammar_hours import written
from apps.engagements.rules.hours import (
    HORIZON,
    LOOKED_AT,
    SHOWN,
    WEEK,
    Pace,
    Work,
    by_week,
    monday_of,
    pace_of,
    sheet_of,
    used_up_in,
    week_name,
)

TODAY = date(2026, 3, 18)  # a Wednesday
THIS = date(2026, 3, 16)
DAY = timedelta(days=1)
WORK = st.lists(
    st.builds(
        Work,
        st.sampled_from(["ada", "bo", "by:Fieldwork"]),
        st.integers(-150, 1).map(lambda n: TODAY + n * DAY),
        st.integers(1, 1440),
    ),
    max_size=40,
)
WEEKS = st.dictionaries(st.integers(0, 20).map(lambda n: THIS - n * WEEK), st.integers(0, 5_000), max_size=12)


@given(day=st.dates(date(1970, 1, 1), date(2200, 1, 1)))
def test_a_week_begins_on_monday_and_has_its_iso_number(day: date) -> None:
    monday = monday_of(day)
    assert monday.weekday() == 0
    assert monday <= day < monday + WEEK
    assert week_name(monday) == f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"


def test_the_last_days_of_a_year_may_be_of_the_next_ones_first_week() -> None:
    assert week_name(monday_of(date(2024, 12, 31))) == "2025-W01"
    assert week_name(monday_of(date(2027, 1, 1))) == "2026-W53"


@given(work=WORK)
def test_every_sum_of_the_sheet_is_what_adding_one_by_one_gives(work: list[Work]) -> None:
    sheet = sheet_of(work, TODAY)
    assert sheet.total == sum(one.minutes for one in work)
    by_person: Counter[str] = Counter()
    for one in work:
        by_person[one.who] += one.minutes
    assert dict(zip(sheet.people, sheet.totals, strict=True)) == dict(by_person)
    last = sheet.rows[0].monday
    assert last
    first = last - (SHOWN - 1) * WEEK
    for row in sheet.rows:
        for who, minutes in zip(sheet.people, row.cells, strict=True):
            low, high = (row.monday, row.monday + WEEK) if row.monday else (date.min, first)
            assert minutes == sum(one.minutes for one in work if one.who == who and low <= one.day < high)
        end = row.monday + WEEK if row.monday else first
        assert row.total == sum(row.cells)
        assert row.so_far == sum(one.minutes for one in work if one.day < end)


@given(work=WORK)
def test_the_sheet_has_its_weeks_in_order_and_the_busiest_first(work: list[Work]) -> None:
    sheet = sheet_of(work, TODAY)
    mondays = [row.monday for row in sheet.rows if row.monday]
    assert mondays == [mondays[0] - n * WEEK for n in range(SHOWN)]
    assert [row.monday for row in sheet.rows[SHOWN:]] in ([], [None])
    assert sorted(sheet.totals, reverse=True) == list(sheet.totals)


def test_the_pace_is_the_mean_of_the_last_whole_weeks_since_the_first_hours() -> None:
    worked = {THIS - n * WEEK: minutes for n, minutes in ((0, 999), (1, 600), (2, 0), (3, 300), (9, 60))}
    assert pace_of(worked, TODAY) == Pace(900, 4)
    young = {THIS - WEEK: 600, THIS - 2 * WEEK: 300}
    assert pace_of(young, TODAY) == Pace(900, 2)


@given(weeks=WEEKS)
def test_without_two_whole_weeks_with_hours_there_is_no_pace(weeks: dict[date, int]) -> None:
    lately = [weeks.get(THIS - n * WEEK, 0) for n in range(1, LOOKED_AT + 1)]
    pace = pace_of(weeks, TODAY)
    assert (pace is None) == (sum(1 for minutes in lately if minutes) < 2)
    if pace:
        assert pace.minutes == sum(lately)
        assert pace.minutes / LOOKED_AT <= pace.weekly <= max(lately)


@given(weeks=WEEKS, budget=st.integers(1, 60_000))
def test_the_budget_is_used_up_in_the_week_that_living_on_at_this_pace_leads_to(
    weeks: dict[date, int], budget: int
) -> None:
    pace = pace_of(weeks, TODAY)
    said = used_up_in(budget, weeks, pace, TODAY)
    used = sum(weeks.values())
    if used >= budget:
        assert said
        assert sum(minutes for monday, minutes in weeks.items() if monday < said) < budget
        assert sum(minutes for monday, minutes in weeks.items() if monday <= said) >= budget
        return
    if pace is None:
        assert said is None
        return
    # in minutes times the weeks of the pace, so that nothing is rounded
    gone, week = used * pace.weeks + max(pace.minutes - weeks.get(THIS, 0) * pace.weeks, 0), THIS
    while gone < budget * pace.weeks and week <= THIS + HORIZON * WEEK:
        gone, week = gone + pace.minutes, week + WEEK
    assert said == (week if week <= THIS + HORIZON * WEEK else None)


@pytest.mark.parametrize(
    ("this_week", "left", "weeks_ahead"),
    [
        (0, 600, 0),
        (0, 601, 1),
        (200, 400, 0),
        (200, 401, 1),
        (600, 1, 1),
        (900, 600, 1),
        (900, 601, 2),
        (0, 63_001, 105),
    ],
)
def test_what_was_worked_this_week_is_no_longer_to_come_in_it(
    this_week: int, left: int, weeks_ahead: int
) -> None:
    weeks = {THIS: this_week, THIS - WEEK: 600, THIS - 2 * WEEK: 600}
    said = used_up_in(1_200 + this_week + left, weeks, pace_of(weeks, TODAY), TODAY)
    assert said == (THIS + weeks_ahead * WEEK if weeks_ahead <= HORIZON else None)


@given(weeks=WEEKS, budget=st.integers(1, 60_000), more=st.integers(1, 10_000))
def test_a_larger_budget_never_ends_sooner(weeks: dict[date, int], budget: int, more: int) -> None:
    pace = pace_of(weeks, TODAY)
    now, later = (used_up_in(one, weeks, pace, TODAY) for one in (budget, budget + more))
    assume(now and later)
    assert now <= later  # type: ignore[operator]


def test_work_by_week_leaves_nothing_out() -> None:
    work = [Work("ada", date(2026, 3, 15), 30), Work("bo", date(2026, 3, 16), 60), Work("bo", TODAY, 5)]
    assert by_week(work) == {date(2026, 3, 9): 30, THIS: 65}


# Budgets


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("120", 7_200),
        ("120h", 7_200),
        (" 120 H ", 7_200),
        ("120 hours", 7_200),
        ("15d", 7_200),
        ("1 day", 480),
        ("0.5d", 240),
        ("12,5h", 750),
        ("90h30m", 5_430),
        ("90h 30", 5_430),
        ("1 200h", 72_000),
    ],
)
def test_a_budget_is_read_as_people_write_it(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "h", "soon", "0", "-5h", "80 %", "1,200", "1e99", "12 weeks", "²", "3h3h", "\0", "9" * 40]
)
def test_what_is_no_budget_is_refused_in_words(text: str) -> None:
    with pytest.raises(NoBudget) as refused:
        minutes_of(text)
    assert str(refused.value).endswith((".", "none of them."))


@given(minutes=st.integers(1, budgets.MOST))
def test_a_budget_is_read_back_as_it_is_shown(minutes: int) -> None:
    assert minutes_of(written(minutes)) == minutes


@given(used=st.integers(0, 10_000), budget=st.integers(1, 10_000))
def test_one_is_warned_from_80_percent_and_told_above_100(used: int, budget: int) -> None:
    state = state_of(used, budget)
    assert (state == "over") == (used > budget)
    assert (state == "") == (used / budget < 0.8)
    assert percent_of(used, budget) <= used / budget * 100 < percent_of(used, budget) + 1
    assert state_of(used, None) == ""
