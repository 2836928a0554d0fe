"""What gates ask of use cases and criteria, and what they are told when it changes."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.engagements import checks
from apps.engagements.checks import Found
from apps.engagements.models import Engagement, ExitCriterion, Gate
from apps.engagements.services import items
from apps.scoping import services
from apps.scoping.models import SuccessCriterion, UseCase
from tests.factories import make_engagement, make_user

pytestmark = pytest.mark.django_db
GOAL = {"metric": "found", "direction": "at_least", "threshold": 0.8, "unit": "share", "measured_by": "hand"}


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


def ask(engagement: Engagement, name: str, stage: str = "scoping") -> checks.Finding:
    known = checks.known(f"scoping.{name}")
    assert known is not None
    return known.ask(gate_of(engagement, stage))


def gate_of(engagement: Engagement, stage: str = "scoping") -> Gate:
    return Gate.objects.select_related("engagement").get(engagement=engagement, stage=stage)


def state(engagement: Engagement, **fields: Any) -> SuccessCriterion:
    return services.write_criterion(by=None, engagement=engagement, **{"title": "right", **GOAL, **fields})


def measure(criterion: SuccessCriterion, value: float, **fields: Any) -> None:
    said = {"how": "counted", "link": "https://x.example", **fields}
    services.measure_by_hand(by=make_user(), criterion=criterion, value=value, **said)


def test_every_gate_asks_from_the_beginning_what_its_stage_needs(engagement) -> None:
    asked = set(
        ExitCriterion.objects.filter(gate__engagement=engagement).values_list("gate__stage", "check_name")
    )
    assert asked >= {
        ("scoping", "scoping.use-case-picked"),
        ("scoping", "scoping.criteria-stated"),
        ("connect", "connectors.source-tested"),
        ("pilot", "scoping.criteria-met"),
    }


def test_a_picked_use_case_needs_an_owner_and_a_baseline(engagement) -> None:
    assert ask(engagement, "use-case-picked").found == Found.FAILED
    one = services.write_use_case(by=None, engagement=engagement, title="Sort")
    services.settle(by=None, engagement=engagement, picked=[one], rejected={}, reason="x")
    assert "no business owner; U-1 has no baseline" in ask(engagement, "use-case-picked").text
    one = UseCase.objects.get(pk=one.pk)
    services.change_section(by=None, use_case=one, section="owner", business_owner_name="Ada")
    figure = {"metric": "right", "value": 0.7, "basis": "stated", "how": "says Ada"}
    baseline = services.add_baseline(by=None, use_case=one, **figure)
    passed = ask(engagement, "use-case-picked")
    assert passed.found == Found.PASSED
    services.change_baseline(by=None, baseline=baseline, **{**figure, "value": 0.6})
    assert ask(engagement, "use-case-picked").evidence != passed.evidence


def test_one_vague_criterion_holds_the_gate_until_it_is_binary(engagement) -> None:
    assert ask(engagement, "criteria-stated").found == Found.FAILED
    state(engagement)
    assert ask(engagement, "criteria-stated").found == Found.PASSED
    vague = state(engagement, title="better answers", metric="", threshold=None)
    blocked = ask(engagement, "criteria-stated")
    assert (blocked.found, blocked.text) == (Found.FAILED, "C-2 does not say yet what decides.")
    services.change_criterion(by=None, criterion=vague, metric="kept", threshold=0.5)
    assert ask(engagement, "criteria-stated").found == Found.PASSED
    services.change_criterion(by=None, criterion=vague, threshold=None)
    services.drop_criterion(by=None, criterion=vague, why="nobody can say")
    assert ask(engagement, "criteria-stated").found == Found.PASSED


def test_the_pilots_gate_asks_for_every_criterion_but_those_of_adoption(engagement) -> None:
    assert ask(engagement, "criteria-met", "pilot").found == Found.UNDECIDED
    state(engagement, metric="weekly_users", measured_by="adoption", unit="")
    assert ask(engagement, "criteria-met", "pilot").found == Found.UNDECIDED, "measured only later"
    by_hand = state(engagement)
    finding = ask(engagement, "criteria-met", "pilot")
    assert (finding.found, finding.text) == (
        Found.UNDECIDED, "C-2 has not been measured as it is stated now."
    )  # fmt: skip
    measure(by_hand, 0.99)
    assert ask(engagement, "criteria-met", "pilot").found == Found.PASSED
    services.change_criterion(by=None, criterion=by_hand, unit="minutes")
    assert ask(engagement, "criteria-met", "pilot").found == Found.UNDECIDED, "minutes are no shares"
    services.change_criterion(by=None, criterion=by_hand, unit="share", metric="")
    vague = ask(engagement, "criteria-met", "pilot")
    assert (vague.found, vague.text) == (Found.FAILED, "C-2 cannot be decided yet.")


def test_criteria_met_by_different_targets_are_not_met(engagement) -> None:
    right = state(engagement, metric="exact", measured_by="pilot")
    cheap = state(engagement, metric="cost_per_1000", direction="at_most", unit="", measured_by="pilot")
    run = uuid4()
    by_target = {right: ("large", 0.9, "met"), cheap: ("small", 0.1, "met")}

    def measured(criterion: SuccessCriterion, target: str, value: float, verdict: str) -> None:
        services.measure(
            by=None, criterion=criterion, value=value, low=None, high=None, n=500, source="run",
            source_id=run, subject=target, at=timezone.now(), verdict=verdict, goal=criterion.goal,
        )  # fmt: skip

    for criterion, said in by_target.items():
        measured(criterion, *said)
    apart = ask(engagement, "criteria-met", "pilot")
    assert (apart.found, "no single target" in apart.text) == (Found.UNDECIDED, True)
    measured(cheap, "large", 0.5, "met")
    together = ask(engagement, "criteria-met", "pilot")
    assert (together.found, "by large" in together.text) == (Found.PASSED, True)


def test_a_gate_that_requires_a_criterion_follows_its_latest_measurement(engagement) -> None:
    criterion, gate = state(engagement), gate_of(engagement)
    assert checks.ask_criterion(gate, criterion).found == Found.UNDECIDED
    measure(criterion, 0.9, n=1000)
    met = checks.ask_criterion(gate, criterion)
    assert met.found == Found.PASSED
    assert {part["what"] for part in met.evidence} == {"criterion C-1", "measurement of C-1", "hand of C-1"}
    measure(criterion, 0.5, n=1000)
    assert checks.ask_criterion(gate, criterion).found == Found.FAILED
    services.change_criterion(by=None, criterion=criterion, threshold=0.4)
    assert checks.ask_criterion(gate, criterion).found == Found.UNDECIDED
    services.change_criterion(by=None, criterion=criterion, threshold=None)
    assert "does not say yet" in checks.ask_criterion(gate, criterion).text
    services.drop_criterion(by=None, criterion=criterion, why="x")
    assert "was dropped" in checks.ask_criterion(gate, criterion).text
    items.remove(by=None, item=criterion)
    assert checks.ask_criterion(gate, SuccessCriterion.objects.get(pk=criterion.pk)).found == Found.FAILED


def test_what_changes_is_told_to_the_gate_at_once(engagement) -> None:
    before = gate_of(engagement)
    state(engagement)
    after = gate_of(engagement)
    assert after.held == before.held + 1
