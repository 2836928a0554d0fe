"""What is rolled up equals what is counted event by event: in any time zone, over days that clocks are set on, with
events that come late, twice or out of order, and after any change of the settings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.adoption.models import Arrival, Cohort, DayActive, DayTotal, Name, Usage, UserWeek, WeekTotal
from apps.adoption.rules import hashing
from apps.adoption.services.intake import take_in
from apps.adoption.services.rollup import roll_up, settle
from apps.engagements.models import Engagement
from tests.factories import make_engagement

from . import oracle

pytestmark = pytest.mark.django_db
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Havana", "Pacific/Apia")
# clocks are set forward and back within these weeks: in Berlin on 25 October 2026, in Havana at midnight a week later
SINCE, UNTIL = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
COUNTS = ("events", "intentional", "accepted", "edited", "rejected", "abandoned", "up", "down", "errors")
TOKENS = ("input_tokens", "output_tokens")


@st.composite
def events(draw: Any) -> dict[str, Any]:
    seconds = draw(st.integers(0, int((UNTIL - SINCE).total_seconds())))
    return {
        "id": str(draw(st.integers(0, 10**9))),
        "time": (SINCE + timedelta(seconds=seconds)).isoformat(),
        "user": draw(st.sampled_from((None, "ada", "bo", "cy", "dee"))),
        "team": draw(st.sampled_from((None, "North", "South"))),
        "workflow": draw(st.sampled_from((None, "Triage", "Letters"))),
        "intentional": draw(st.booleans()),
        "outcome": draw(st.sampled_from(("accepted", "edited", "rejected", "abandoned", "none"))),
        "feedback": draw(st.sampled_from((None, "up", "down"))),
        "error": draw(st.sampled_from((None, "timeout"))),
        "input_tokens": draw(st.none() | st.integers(0, 5_000)),
        "output_tokens": draw(st.none() | st.integers(0, 5_000)),
    }


BATCHES = st.lists(
    st.lists(events(), max_size=12, unique_by=lambda event: event["id"]), min_size=1, max_size=4
)


def send(engagement: Engagement, batch: list[dict[str, Any]]) -> None:
    take_in(engagement=engagement, way=Arrival.Way.EVENTS, rows=batch)


def name_of(engagement: Engagement) -> Callable[[int], str]:
    known = dict(Name.objects.filter(engagement=engagement).values_list("pk", "name"))
    return lambda number: known.get(number, "")


def expect(engagement: Engagement, sent: list[dict[str, Any]], zone: str, start: int) -> None:
    """Every row of every rollup is what the events come to."""
    named = name_of(engagement)
    for slice, of in (
        ("all", oracle.everybody),
        ("team", oracle.of("team")),
        ("workflow", oracle.of("workflow")),
    ):
        rows = DayActive.objects.filter(engagement=engagement, slice=slice)
        for window in (1, 7, 28):
            column = f"active_{window}"
            kept = {(named(row.name), row.day): getattr(row, column) for row in rows if getattr(row, column)}
            assert kept == oracle.active(sent, zone, window, of)
        totals = DayTotal.objects.filter(engagement=engagement, slice=slice)
        found = {
            (named(row.name), row.day): [getattr(row, count) for count in COUNTS + TOKENS] for row in totals
        }
        expected = oracle.totals(sent, zone, of)
        assert found == {key: [count[each] for each in COUNTS + TOKENS] for key, count in expected.items()}
    users = {
        hashing.user_hash(bytes(engagement.usage.key), name): name for name in ("ada", "bo", "cy", "dee")
    }
    kept_weeks = {
        (row.week, users[row.user.hex]): (row.days, row.first_day)
        for row in UserWeek.objects.filter(engagement=engagement)
    }
    by_week = oracle.weeks(sent, zone, start)
    assert kept_weeks == {key: (len(days), min(days)) for key, days in by_week.items()}
    for row in DayActive.objects.filter(engagement=engagement, slice="all"):
        assert {int(days): n for days, n in row.days_used.items()} == oracle.days_used(sent, zone, row.day)


STATES = ("active", "new", "returning", "resurrecting", "dormant", "habitual", "regular", "occasional")


def expect_weeks(engagement: Engagement, sent: list[dict[str, Any]], zone: str, start: int) -> None:
    """Every week's users, and every cohort, are what the events come to."""
    users = oracle.used_weeks(oracle.weeks(sent, zone, start))
    for row in WeekTotal.objects.filter(engagement=engagement):
        expected = oracle.lifecycle(users, row.week)
        assert {state: getattr(row, state) for state in STATES} == {
            state: expected[state] for state in STATES
        }
        assert row.active == row.new + row.returning + row.resurrecting
    cohorts = Cohort.objects.filter(engagement=engagement)
    assert {(row.first, row.age): (row.retained, row.still) for row in cohorts} == oracle.retention(users)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES, zone=st.sampled_from(ZONES), start=st.sampled_from((0, 5, 6)))
def test_rollups_are_what_the_events_come_to(batches: Any, zone: str, start: int) -> None:
    engagement = make_engagement()
    Usage.objects.create(engagement=engagement, timezone=zone, week_start=start)
    sent: dict[str, dict[str, Any]] = {}
    for batch in batches:
        send(engagement, batch)
        send(engagement, batch[: len(batch) // 2])  # again
        for event in batch:
            sent.setdefault(event["id"], event)
        roll_up(engagement=engagement)
        settle(engagement=engagement)
    expect(engagement, list(sent.values()), zone, start)
    expect_weeks(engagement, list(sent.values()), zone, start)


def test_habits_of_two_years_are_told_in_several_pieces() -> None:
    engagement = make_engagement()
    first = datetime.now(UTC) - timedelta(days=730)
    fits = {"ada": range(104), "bo": range(0, 104, 2), "cy": range(0, 104, 5), "dee": (0, 50, 51, 52, 103)}
    sent = [
        {"id": f"{user}{week}", "time": (first + timedelta(weeks=week)).isoformat(), "user": user}
        for user, weeks in fits.items()
        for week in weeks
    ]
    send(engagement, sent)
    roll_up(engagement=engagement)
    settle(engagement=engagement)
    expect(engagement, sent, "UTC", 0)
    expect_weeks(engagement, sent, "UTC", 0)
    assert WeekTotal.objects.filter(engagement=engagement).count() > 104
