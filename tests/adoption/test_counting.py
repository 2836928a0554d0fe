"""Changing how use is counted changes all that was counted before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.adoption.models import Arrival, Usage
from apps.adoption.services import usage as services
from apps.adoption.services.intake import take_in
from apps.adoption.services.rollup import roll_up, roll_up_all, settle_all
from apps.audit.models import Event
from apps.core.errors import Refused
from tests.factories import make_engagement, make_user

from .test_rollup import expect, expect_weeks

pytestmark = pytest.mark.django_db


def sent() -> list[dict[str, Any]]:
    first = datetime(2026, 3, 20, 5, 30, tzinfo=UTC)
    times = [first + timedelta(hours=7 * n) for n in range(60)]
    users = ("ada", "bo", "cy")
    return [
        {
            "id": str(n),
            "time": at.isoformat(),
            "user": users[n % 3],
            "team": "AB"[n % 2],
            "outcome": "accepted",
        }
        for n, at in enumerate(times)
    ]


def test_another_time_zone_and_another_week_make_all_days_and_weeks_anew() -> None:
    engagement, events = make_engagement(), sent()
    take_in(engagement=engagement, way=Arrival.Way.EVENTS, rows=events)
    roll_up_all()
    settle_all()
    expect(engagement, events, "UTC", 0)
    by = make_user()
    usage = Usage.objects.get()
    services.change(by=by, usage=usage, timezone="America/Los_Angeles", week_start=6)
    roll_up_all()
    settle_all()
    expect(engagement, events, "America/Los_Angeles", 6)
    expect_weeks(engagement, events, "America/Los_Angeles", 6)
    told = Event.objects.get(subject_type="usage", verb="changed")
    assert told.actor == by
    assert told.data["timezone"] == {"before": "UTC", "after": "America/Los_Angeles"}


def test_nothing_is_made_anew_when_nothing_changes() -> None:
    engagement = make_engagement()
    take_in(engagement=engagement, way=Arrival.Way.EVENTS, rows=sent())
    assert len(roll_up(engagement=engagement)) == 18
    services.change(by=None, usage=Usage.objects.get(), timezone="UTC", week_start=0, smallest=7)
    assert roll_up(engagement=engagement) == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"timezone": ""},
        {"week_start": 3},
        {"smallest": 0},
        {"smallest": 101},
        {"purchased": -1},
        {"currency": "DOGE"},
    ],
)
def test_what_cannot_be_is_refused_by_its_name(wanted: dict[str, Any]) -> None:
    usage = services.usage_of(make_engagement())
    with pytest.raises(Refused) as refused:
        services.change(by=None, usage=usage, **wanted)  # type: ignore[arg-type]
    assert refused.value.field == next(iter(wanted))


def test_the_second_of_two_people_is_told() -> None:
    usage = services.usage_of(make_engagement())
    services.change(by=None, usage=usage, version=1, smallest=6)
    with pytest.raises(Refused, match="Somebody else"):
        services.change(by=None, usage=usage, version=1, smallest=7)
