"""What is read from the rollups equals what the events come to; what is too small is hidden, and adds up to nothing."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.adoption.models import Arrival, Usage
from apps.adoption.rules import metrics
from apps.adoption.rules.latency import bucket_of, quantile
from apps.adoption.rules.periods import Period, last_whole, month_to
from apps.adoption.selectors import use
from apps.adoption.services.intake import take_in
from apps.adoption.services.rollup import roll_up
from tests.factories import make_engagement

from . import oracle

pytestmark = pytest.mark.django_db
ZONE = "Asia/Kathmandu"
LAST = date(2026, 3, 29)
# North has many users, the others fewer than five
TEAMS = {"North": 12, "South": 9, "East": 3, "West": 1}


def events() -> list[dict[str, Any]]:
    rng, found = random.Random(3), []
    since = datetime(2026, 1, 20, tzinfo=UTC)
    for team, users in TEAMS.items():
        for user in range(users):
            for n in range(rng.randrange(3, 25)):
                at = since + timedelta(minutes=rng.randrange(70 * 1440))
                found.append(
                    {
                        "id": f"{team}-{user}-{n}",
                        "time": at.isoformat(),
                        "user": f"{team}-{user}",
                        "team": team,
                        "workflow": rng.choice((None, "Triage", "Letters")),
                        "intentional": rng.random() < 0.9,
                        "outcome": rng.choice(("accepted", "edited", "rejected", "abandoned", "none")),
                        "feedback": rng.choice((None, "up", "down")),
                        "error": rng.choice((None, None, "timeout")),
                        "input_tokens": rng.randrange(4000),
                        "output_tokens": rng.randrange(400),
                        "latency_ms": rng.lognormvariate(6.5, 0.7),
                        "cost": rng.choice((None, "0.0125", "0.5")),
                        "currency": rng.choice((None, "EUR")),
                    }
                )
    return found


@pytest.fixture
def known() -> tuple[Usage, list[dict[str, Any]]]:
    """How it is counted, and what was sent."""
    engagement, sent = make_engagement(), events()
    usage = Usage.objects.create(engagement=engagement, timezone=ZONE)
    take_in(engagement=engagement, way=Arrival.Way.EVENTS, rows=sent)
    roll_up(engagement=engagement)
    return usage, sent


def within(sent: list[dict[str, Any]], period: Period) -> list[dict[str, Any]]:
    return [event for event in sent if period.first <= oracle.local_day(event, ZONE) <= period.last]


def test_every_day_of_a_period_is_there_with_its_users(known: Any) -> None:
    usage, sent = known
    period = use.weeks_before(LAST, 6)
    found = use.days_of(usage, period)
    assert [one.day for one in found] == period.days
    for window, name in ((1, "dau"), (7, "wau"), (28, "mau")):
        expected = oracle.active(sent, ZONE, window)
        assert [getattr(one, name) for one in found] == [expected.get(("", day), 0) for day in period.days]


def test_a_periods_sums_are_those_of_its_events(known: Any) -> None:
    usage, sent = known
    period = month_to(LAST)
    counts, inside = use.counts_of(usage, period), within(sent, period)
    outcomes = Counter(event["outcome"] for event in inside)
    assert counts.events == len(inside)
    assert (counts.accepted, counts.edited, counts.rejected, counts.abandoned) == tuple(
        outcomes[name] for name in ("accepted", "edited", "rejected", "abandoned")
    )
    assert counts.input_tokens == sum(event["input_tokens"] for event in inside)
    costs: dict[str, Decimal] = {}
    for event in inside:
        if event["cost"]:
            currency = event["currency"] or "USD"
            costs[currency] = costs.get(currency, Decimal()) + Decimal(event["cost"])
    assert counts.costs == costs
    answered = [event["latency_ms"] for event in inside if not event["error"]]
    assert counts.latencies == Counter(map(bucket_of, answered))
    middle = sorted(answered)[(len(answered) - 1) // 2]
    assert quantile(counts.latencies, 0.5) == pytest.approx(middle, rel=0.026)
    shown = len(inside) - outcomes["none"]
    assert metrics.acceptance(counts).value == outcomes["accepted"] / shown
    assert metrics.coverage(counts).value == shown / len(inside)
    assert metrics.overrides(counts).value == (outcomes["edited"] + outcomes["rejected"]) / shown
    ups = sum(event["feedback"] == "up" for event in inside)
    assert metrics.feedback(counts).n == sum(event["feedback"] is not None for event in inside)
    assert metrics.feedback(counts).value == ups / (metrics.feedback(counts).n or 1)


def test_small_teams_are_hidden_and_cannot_be_found_from_the_total(known: Any) -> None:
    usage, sent = known
    found = {group.name: group for group in use.groups_of(usage, month_to(LAST), "team")}
    expected = oracle.active(sent, ZONE, 28, oracle.of("team"))
    assert {name for name, group in found.items() if group.hidden} >= {"East", "West"}
    assert (
        sum(expected.get((name, LAST), 0) for name, group in found.items() if group.hidden) >= usage.smallest
    )
    for name, group in found.items():
        if group.hidden:
            assert (group.users, group.users_before, group.counts.events) == (0, 0, 0)
        else:
            inside = within([event for event in sent if event["team"] == name], month_to(LAST))
            assert group.users == expected.get((name, LAST), 0)
            assert group.counts.events == len(inside)
    small = use.days_of(
        usage, month_to(LAST), "team", next(g.number for g in found.values() if g.name == "East")
    )
    assert all(one.mau in (0, None) for one in small)
    assert any(one.mau is None for one in small)


def test_without_small_groups_nothing_is_hidden_and_the_groups_add_up(known: Any) -> None:
    usage, _sent = known
    usage.smallest = 1
    found = use.groups_of(usage, month_to(LAST), "workflow")
    assert not any(group.hidden for group in found)
    assert {group.name for group in found} == {"No workflow", "Triage", "Letters"}
    assert sum(group.counts.events for group in found) == use.counts_of(usage, month_to(LAST)).events


def test_days_used_adds_up_to_everybody(known: Any) -> None:
    usage, sent = known
    found = use.days_used(usage, LAST)
    assert list(found) == list(range(1, 29))
    assert sum(found.values()) == oracle.active(sent, ZONE, 28)["", LAST]
    assert {days: n for days, n in found.items() if n} == dict(oracle.days_used(sent, ZONE, LAST))


def test_stickiness_is_the_mean_of_daily_users_over_monthly_ones(known: Any) -> None:
    usage, sent = known
    days = use.days_of(usage, month_to(LAST))
    daily = {one.day: one.dau or 0 for one in days}
    mau = days[-1].mau or 0
    expected = oracle.active(sent, ZONE, 1)
    every = [expected.get(("", day), 0) for day in month_to(LAST).days]
    working = [expected.get(("", day), 0) for day in month_to(LAST).days if day.weekday() < 5]
    assert metrics.stickiness(daily, LAST, mau, weekends=True).value == sum(every) / 28 / mau
    assert metrics.stickiness(daily, LAST, mau, weekends=False).value == sum(working) / 20 / mau
    assert metrics.stickiness({}, LAST, 0, weekends=True).value is None


def test_what_is_compared_is_as_long_and_right_before() -> None:
    assert month_to(LAST).before == Period(date(2026, 2, 2), date(2026, 3, 1))
    assert last_whole(date(2026, 3, 30)) == LAST
    assert use.first_day(Usage(engagement=make_engagement())) is None
