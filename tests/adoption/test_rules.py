"""Pure rules of adoption: small groups stay hidden, latencies are nearly what they were, days are the client's."""

import math
from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from apps.adoption.rules.days import around, day_of, ranges, spread, week_of
from apps.adoption.rules.latency import ERROR, bucket_of, middle_of, quantile
from apps.adoption.rules.suppression import hidden
from apps.adoption.services.partitions import ahead_of

GROUPS = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 40), max_size=8)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ZONES = st.sampled_from(
    ("UTC", "America/Havana", "Africa/Cairo", "Pacific/Apia", "Asia/Beirut", "Europe/Berlin")
)


@given(GROUPS, st.integers(1, 10))
def test_no_small_group_is_shown_nor_found_from_the_total(users: dict[str, int], k: int) -> None:
    away = hidden(users, k)
    assert away >= {group for group, n in users.items() if 0 < n < k}
    others = [group for group, n in users.items() if n >= k]
    if away and not away >= set(others):  # there was something left that could be hidden as well
        assert len(away) > 1
        assert sum(users[group] for group in away) >= k
    if not any(0 < n < k for n in users.values()):
        assert not away


@given(GROUPS, st.integers(1, 10))
def test_a_larger_k_never_shows_a_small_group(users: dict[str, int], k: int) -> None:
    assert {group for group in hidden(users, k) if users[group] < k} <= hidden(users, k + 1)


@given(st.lists(st.floats(1.001, 86_400_000), min_size=1, max_size=60), st.floats(0, 1))
def test_a_quantile_is_off_by_no_more_than_it_says(latencies: list[float], share: float) -> None:
    found = quantile(Counter(map(bucket_of, latencies)), share)
    exact = sorted(latencies)[math.floor(share * (len(latencies) - 1))]
    assert found is not None
    assert abs(found - exact) <= ERROR * exact * 1.0001


def test_of_no_answers_there_is_no_quantile_and_what_is_below_a_millisecond_is_one() -> None:
    assert quantile({}, 0.5) is None
    assert bucket_of(0) == bucket_of(1) == 0
    assert middle_of(0) == 1


@given(DAYS, st.sampled_from((0, 5, 6)))
def test_a_week_begins_on_its_day_and_holds_the_day(day: date, start: int) -> None:
    first = week_of(day, start)
    assert first.weekday() == start
    assert first <= day < first + timedelta(days=7)


@given(DAYS, DAYS.flatmap(lambda _: st.integers(0, 86_399)), ZONES)
def test_every_moment_of_a_day_lies_around_it(day: date, second: int, zone: str) -> None:
    local = ZoneInfo(zone)
    begins, ends = around(day, day, local)
    for moment in (begins + (ends - begins) * n / 48 for n in range(49)):
        assert abs((day_of(moment, local) - day).days) <= 1
    at = begins - timedelta(hours=1) + timedelta(seconds=second)
    if day_of(at, local) == day:
        assert begins <= at < ends


@given(st.sets(DAYS, max_size=40), st.integers(1, 30))
def test_ranges_hold_every_day_once_and_nothing_else(days: set[date], longest: int) -> None:
    found = [
        first + timedelta(days=n)
        for first, last in ranges(days, longest=longest)
        for n in range((last - first).days + 1)
    ]
    assert sorted(found) == sorted(days)
    assert all((last - first).days < longest for first, last in ranges(days, longest=longest))


def test_days_are_spread_over_those_that_look_back_at_them() -> None:
    assert spread({date(2026, 3, 1)}, 2) == {date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)}


def test_the_months_ahead_go_over_the_end_of_a_year() -> None:
    assert ahead_of(date(2026, 11, 30)) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]
