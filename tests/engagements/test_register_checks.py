"""What registers say of gates, with evidence that changes when it matters and not otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Role
from apps.engagements import checks, registers
from apps.engagements.checks import Finding, Found
from apps.engagements.models import Engagement, Gate, Item
from apps.engagements.selectors.registers.next import next_of
from apps.engagements.selectors.registers.requests import waiting_for
from apps.engagements.services import items, set_stage
from apps.engagements.services.registers.requests import add_request
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


def day(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


def gate_of(engagement: Engagement, stage: str) -> Gate:
    return Gate.objects.filter(engagement=engagement, stage=stage).first() or make_item(
        engagement, "gate", stage=stage
    )


def asked(gate: Gate, name: str) -> Finding:
    known = checks.known(f"engagements.{name}")
    assert known is not None
    return known.ask(gate)


def compared(finding: Finding) -> list[dict[str, Any]]:
    """Its evidence without what is for people alone."""
    return [{key: part[key] for key in part if key not in {"says", "beside"}} for part in finding.evidence]


def test_each_check_stands_at_its_gates() -> None:
    for name, stages in (
        ("access-granted", {"connect", "pilot", "deploy"}),
        ("risks-mitigated", {"pilot", "deploy"}),
        ("blockers-resolved", {"deploy"}),
    ):
        known = checks.known(f"engagements.{name}")
        assert known is not None
        assert set(known.stages) == stages
        assert not known.client_visible


def held(engagement: Engagement) -> int:
    return Gate.objects.get(engagement=engagement, stage=engagement.stage).held


def test_the_rail_follows_what_the_checks_look_at(engagement: Engagement) -> None:
    set_stage(by=None, engagement=engagement, stage="deploy")
    engagement.refresh_from_db()
    clean = held(engagement)
    risk = make_item(engagement, "risk", severity="high")
    blocker = make_item(engagement, "entry", entry_kind="blocker", state="open")
    assert held(engagement) == clean - 2
    items.move(by=None, item=risk, state="closed")
    items.remove(by=None, item=blocker)
    assert held(engagement) == clean
    items.restore(by=None, item=blocker)
    assert held(engagement) == clean - 1
    make_item(engagement, "entry", entry_kind="note")
    items.move(by=None, item=Item.objects.get(pk=blocker.pk), state="resolved")
    assert held(engagement) == clean


def test_a_gate_waits_for_what_was_asked_for_it_and_for_nothing_else(engagement: Engagement) -> None:
    gate, other = gate_of(engagement, "connect"), gate_of(engagement, "pilot")
    clean = asked(gate, "access-granted")
    assert clean.found == Found.PASSED
    add_request(by=None, engagement=engagement, title="for the other", holds_up=other)
    add_request(by=None, engagement=engagement, title="for none")
    assert compared(asked(gate, "access-granted")) == compared(clean)
    item = add_request(by=None, engagement=engagement, title="replica", holds_up=gate)
    waiting = asked(gate, "access-granted")
    assert waiting.found == Found.FAILED
    assert item.reference in waiting.text
    items.move(by=None, item=item, state="refused")
    refused = asked(gate, "access-granted")
    assert refused.found == Found.FAILED
    assert compared(refused) != compared(waiting)
    items.move(by=None, item=item, state="asked")
    items.move(by=None, item=item, state="granted")
    assert compared(asked(gate, "access-granted")) == compared(clean)


@pytest.mark.parametrize(
    ("name", "kind", "fields", "harmless", "cure"),
    [
        (
            "risks-mitigated",
            "risk",
            {"severity": "high"},
            {"severity": "medium"},
            lambda item: items.change(by=None, item=item, version=None, response="Insure it."),
        ),
        (
            "blockers-resolved",
            "entry",
            {"entry_kind": "blocker", "state": "open"},
            {"entry_kind": "note", "state": "noted"},
            lambda item: items.move(by=None, item=item, state="resolved"),
        ),
    ],
)
def test_what_stands_in_the_way_fails_the_gate_and_only_that_changes_its_evidence(
    engagement: Engagement, name: str, kind: str, fields: Any, harmless: Any, cure: Any
) -> None:
    gate = gate_of(engagement, "deploy")
    clean = asked(gate, name)
    make_item(engagement, kind, **harmless)
    make_item(make_engagement(), kind, **fields)
    items.remove(by=None, item=make_item(engagement, kind, **fields))
    assert compared(asked(gate, name)) == compared(clean)
    item = make_item(engagement, kind, **fields)
    failed = asked(gate, name)
    assert (clean.found, failed.found) == (Found.PASSED, Found.FAILED)
    assert item.reference in failed.text
    assert compared(failed) != compared(clean)
    items.change(by=None, item=item, version=None, title="in other words")
    assert compared(asked(gate, name)) == compared(failed)
    cure(item)
    assert compared(asked(gate, name)) == compared(clean)


def test_evidence_does_not_change_from_day_to_day(
    engagement: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = gate_of(engagement, "connect")
    add_request(by=None, engagement=engagement, title="replica", holds_up=gate)
    today = asked(gate, "access-granted")
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert asked(gate, "access-granted") == today


def test_the_panel_says_how_long_and_what_it_delays(engagement: Engagement) -> None:
    gate = gate_of(engagement, "pilot")
    Gate.objects.filter(pk=gate.pk).update(due=day(-3))
    said = {"by": None, "engagement": engagement}
    add_request(title="old", asked_on=day(-11), holds_up=gate, **said)
    add_request(title="new", asked_on=day(-1), **said)
    items.move(by=None, item=add_request(title="done", asked_on=day(-50), **said), state="granted")
    waits = waiting_for(make_user(Role.ADMIN), engagement, today=day(0))
    assert registers.waiting_text(waits) == (
        "Waiting on the client: 2 requests, longest 11 days, delays gate Pilot by 3 days"
    )


def test_what_comes_next_is_counted_in_one_query(
    engagement: Engagement, django_assert_num_queries: Any
) -> None:
    admin = make_user(Role.ADMIN)
    late = make_item(engagement, "action")
    Item.objects.filter(pk=late.pk).update(due=day(-1))
    make_item(engagement, "action", due=day(1))
    items.move(by=None, item=make_item(engagement, "action", due=day(1)), state="done")
    make_item(engagement, "risk", severity="high", response="Insure it.")
    make_item(engagement, "risk", severity="high", client_visible=True)
    make_item(engagement, "risk", severity="low")
    make_item(engagement, "milestone", due=day(9))
    first = make_item(engagement, "milestone", due=day(2), title="first")
    items.move(by=None, item=make_item(engagement, "milestone", due=day(1)), state="reached")
    for _ in range(2):
        with django_assert_num_queries(1):
            found = next_of(admin, engagement, today=day(0))
    assert (found.milestone, found.title, found.due) == (first.pk, "first", day(2))
    assert (found.actions, found.overdue, found.high_risks, found.unanswered) == (2, 1, 2, 1)
    viewer = make_member(engagement, "viewer", user=make_user(Role.CLIENT)).user
    seen = next_of(viewer, engagement, today=day(0))
    assert (seen.milestone, seen.actions, seen.overdue, seen.high_risks) == (None, 0, 0, 1)


def test_nothing_comes_next_where_nothing_is(engagement: Engagement) -> None:
    found = next_of(make_user(Role.ADMIN), engagement, today=day(0))
    assert (found.milestone, found.actions, found.high_risks) == (None, 0, 0)
