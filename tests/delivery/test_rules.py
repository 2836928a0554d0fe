"""When people are reminded, when a mail is tried again, what fits on a line: pure, so tried on everything."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery.rules import attempts, due, lines, preferences
from apps.engagements.notices import About

DAY = timedelta(days=1)
dates = st.dates(date(2000, 1, 10), date(2100, 1, 1))


def reminders(on: date, days: list[date]) -> list[date]:
    """The days that count, of those on which somebody looked, told once each."""
    told: list[date] = []
    for today in days:
        day = due.day_that_counts(on, today)
        if day and day not in told:
            told.append(day)
    return told


@given(dates)
def test_day_by_day_one_is_reminded_before_on_and_after_the_date_and_then_weekly(on: date) -> None:
    days = [on + n * DAY for n in range(-30, 60)]
    late = [(day - on).days for day in reminders(on, days)]
    assert late == [-1, 0, 1, 3, 7, 14, 21, 28, 35, 42, 49, 56]


@given(dates, st.sets(st.integers(-10, 200)))
def test_days_that_were_missed_are_not_doubled(on: date, looked: set[int]) -> None:
    days = [on + n * DAY for n in sorted(looked)]
    told = reminders(on, days)
    whole = reminders(on, [on + n * DAY for n in range(-10, 201)])
    assert len(told) <= len(days)
    assert set(told) <= set(whole)
    assert told == sorted(told)


@given(dates, st.integers(-1000, 1000))
def test_the_day_that_counts_is_never_ahead_and_at_most_a_week_back(on: date, ahead: int) -> None:
    today = on + ahead * DAY
    day = due.day_that_counts(on, today)
    if today < on - DAY:
        assert day is None
        assert on > due.last_day_of_interest(today)
    else:
        assert day is not None
        assert today - 7 * DAY < day <= today
        assert on <= due.last_day_of_interest(today)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (-3, "is due in 3 days"),
        (-1, "is due tomorrow"),
        (0, "is due today"),
        (1, "is 1 day overdue"),
        (3, "is 3 days overdue"),
    ],
)
def test_how_late_it_is_in_words(late: int, words: str) -> None:
    assert due.in_words(date(2026, 3, 10), date(2026, 3, 10) + late * DAY) == words


@given(st.datetimes())
def test_nobody_is_reminded_at_night(now: datetime) -> None:
    assert due.is_time(now.replace(tzinfo=UTC)) == (8 <= now.hour <= 19)


@given(st.integers(1, 100), st.floats(0, 1))
def test_each_pause_is_longer_until_the_last_attempt(number: int, roll: float) -> None:
    pause = attempts.pause(number, roll)
    if number >= attempts.MOST:
        assert pause is None
    else:
        assert pause is not None
        assert attempts.FIRST / 2 <= pause <= attempts.LONGEST
        assert attempts.pause(number, 1) <= pause <= attempts.pause(number, 0)
        if number + 1 < attempts.MOST:
            assert attempts.pause(number + 1, roll) >= pause


def test_a_mail_is_tried_for_more_than_a_day() -> None:
    longest = [attempts.pause(n, 0) for n in range(1, attempts.MOST)]
    shortest = [attempts.pause(n, 1) for n in range(1, attempts.MOST)]
    assert sum(filter(None, shortest), timedelta()) > timedelta(hours=12)
    assert timedelta(hours=24) < sum(filter(None, longest), timedelta()) < timedelta(days=2)


@given(st.one_of(st.none(), st.integers(200, 599)))
def test_only_a_5xx_about_the_mail_itself_is_the_last_word(code: int | None) -> None:
    assert attempts.is_final(code, of_the_mail=True) == (code is not None and code >= 500)
    assert not attempts.is_final(code, of_the_mail=False)


@given(st.text(), st.integers(2, 50))
def test_a_line_is_one_line_and_no_longer_than_it_may_be(text: str, limit: int) -> None:
    line = lines.clip(text, limit)
    assert len(line) <= limit
    assert line.splitlines() in ([], [line])
    assert line == line.strip()
    assert lines.clip(line, limit) == line


@given(
    st.sampled_from(sorted(preferences.ABOUT)), st.sampled_from(sorted(preferences.CHANNELS)), st.booleans()
)
def test_what_somebody_has_said_counts(about: str, channel: str, on: bool) -> None:
    assert preferences.wanted({(about, channel): on}, about, channel) is on
    assert preferences.wanted({}, about, channel) is preferences.default(about, channel)


def test_every_kind_of_notice_has_a_name_and_only_comments_are_not_mailed_at_first() -> None:
    assert set(preferences.ABOUT) == {*(about.value for about in About), "webhook"}
    assert [about for about in preferences.ABOUT if not preferences.default(about, "email")] == ["comment"]
    assert all(preferences.default(about, "inbox") for about in preferences.ABOUT)
