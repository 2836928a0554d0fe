"""Standings follow every change of an engagement, and the day."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.engagements.models import Engagement, Gate, Kind
from apps.engagements.rules.waiting import CHECK
from apps.engagements.services import change_engagement, items, removal
from apps.overview.models import Changed, Standing
from apps.overview.presenters.today import reasons_of
from apps.overview.services.standing import catch_up, catch_up_with_all
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    made = make_engagement()
    make_member(made, role="lead")
    make_item(made, Kind.ENTRY)
    catch_up_with_all()
    return made


def standing(engagement: Engagement) -> Standing:
    catch_up()
    return Standing.objects.get(engagement=engagement)


def words(engagement: Engagement) -> list[str]:
    return [one["words"] for one in standing(engagement).concerns]


def test_a_change_is_in_the_next_standing(engagement: Engagement) -> None:
    assert standing(engagement).concerns == []
    blocker = make_item(engagement, Kind.ENTRY, entry_kind="blocker", state="open", title="No VPN")
    found = standing(engagement)
    assert [(one["words"], one["item"]) for one in found.concerns] == [
        ("blocked since today: No VPN", str(blocker.pk))
    ]
    assert (found.blockers, found.press) == (1, 45)
    items.move(by=None, item=blocker, state="resolved")
    assert words(engagement) == []


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (Kind.ACTION, {"due": -3, "title": "Send"}, "action A-1 is 3 days overdue: Send"),
        (Kind.MILESTONE, {"due": 2, "promised": -20, "title": "Go live"}, "milestone “Go live” in 2 days"),
        (Kind.RISK, {"severity": "high", "title": "Drift"}, "risk R-1 is high and has no mitigation: Drift"),
        (Kind.ACCESS_REQUEST, {"asked_on": -11, "approver": "it", "title": "claims replica"},
         "access request “claims replica” waits 11 days on IT operations"),
    ],
)  # fmt: skip
def test_what_is_written_down_becomes_a_reason(
    engagement: Engagement, kind: Kind, fields: dict[str, Any], said: str
) -> None:
    today = timezone.localdate()
    dated = {name: today + value * DAY for name, value in fields.items() if isinstance(value, int)}
    make_item(engagement, kind, **{**fields, **dated})
    assert said in words(engagement)


def test_a_request_holds_up_a_gate_only_where_that_requires_it(engagement: Engagement) -> None:
    gate = Gate.objects.get(engagement=engagement, stage="connect")
    request = make_item(engagement, Kind.ACCESS_REQUEST, title="replica", holds_up=gate)
    said = "access request “replica” waits since today on the client"
    assert words(engagement) == [f"{said}, and holds up gate “connect”"]
    gate.exit_criteria.filter(check_name=CHECK).delete()
    items.change(by=None, item=request, version=None, tags=["asked"])
    assert words(engagement) == [said]


def test_trouble_that_is_removed_stays_a_reason_and_a_mistake_does_not(engagement: Engagement) -> None:
    today = timezone.localdate()
    overdue = make_item(engagement, Kind.ACTION, due=today - DAY)
    mistaken = make_item(engagement, Kind.ACTION, due=today + 9 * DAY)
    for item in (overdue, mistaken):
        items.remove(by=None, item=item)
    assert words(engagement) == [f"{overdue.reference} was removed while open"]
    assert standing(engagement).colour == "amber"


def test_a_change_that_is_taken_back_changes_nothing(engagement: Engagement) -> None:
    with transaction.atomic():
        make_item(engagement, Kind.ENTRY, entry_kind="blocker", state="open")
        assert Changed.objects.exists()
        transaction.set_rollback(True)
    assert not Changed.objects.exists()


def test_a_new_day_works_out_everything_anew(engagement: Engagement) -> None:
    Standing.objects.update(day=timezone.localdate() - DAY, colour="red")
    assert standing(engagement).colour == "unrated"
    assert catch_up() == 0


def test_a_budget_that_is_nearly_used_is_a_note_that_leads_to_the_hours(engagement: Engagement) -> None:
    said = {"by": None, "engagement": engagement, "name": engagement.name, "starts_on": engagement.starts_on}
    change_engagement(**said, budget_minutes=600)
    entries = [make_item(engagement, Kind.ENTRY, minutes=minutes) for minutes in (300, 180)]
    make_item(make_engagement(), Kind.ENTRY, minutes=900)
    assert words(engagement) == ["8 of 10 budgeted hours used, gate “scoping” not passed yet"]
    found = standing(engagement)
    assert found.colour == "unrated"
    assert [one.href for one in reasons_of(found)] == [reverse("engagements:hours", args=[engagement.pk])]
    items.remove(by=None, item=entries[1])
    assert words(engagement) == []
    items.restore(by=None, item=entries[1])
    change_engagement(**said, budget_minutes=None)
    assert words(engagement) == []


def test_who_is_deactivated_works_on_nothing(engagement: Engagement) -> None:
    User.objects.update(is_active=False)
    Standing.objects.update(day=timezone.localdate() - DAY)
    assert words(engagement) == ["nobody works on it"]


def test_a_removed_engagement_leaves_no_standing(engagement: Engagement) -> None:
    make_item(engagement, Kind.ACTION)
    removal.remove_engagement(by=None, engagement=engagement)
    assert catch_up_with_all() == 0 or not Standing.objects.exists()
    assert not Standing.objects.exists()
    assert not Changed.objects.exists()


def test_next_milestone_waits_and_forecast(engagement: Engagement) -> None:
    today = timezone.localdate()
    Engagement.objects.filter(pk=engagement.pk).update(created_at=timezone.now() - 40 * DAY)
    later, sooner = (
        make_item(engagement, Kind.MILESTONE, due=today + n * DAY, promised=today) for n in (9, 5)
    )
    for asked in (3, 12):
        make_item(engagement, Kind.ACCESS_REQUEST, asked_on=today - asked * DAY)
    for _ in range(8):
        item = make_item(engagement, Kind.ACTION, owner=make_user())
        items.move(by=None, item=item, state="done")
    found = standing(engagement)
    assert found.milestone_id == sooner.pk
    assert (found.waits, found.waited) == (2, 12)
    assert found.forecast_low
    assert found.forecast
    assert found.forecast_high
    assert today < found.forecast_low < found.forecast < found.forecast_high
    for item in (later, sooner):
        items.remove(by=None, item=item)
    assert standing(engagement).milestone is None


def test_the_queries_are_the_same_however_many_engagements(engagement: Engagement) -> None:
    costs = []
    for size in (1, 12):
        for _ in range(size):
            other = make_engagement()
            make_item(other, Kind.RISK)
            make_item(other, Kind.CRITERION)
        with CaptureQueriesContext(connection) as caught:
            assert catch_up() >= size
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 14
