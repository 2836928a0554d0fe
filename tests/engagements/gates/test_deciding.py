"""Deciding on a gate: what makes a go, a conditional go or a no-go, and what is refused."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import Action, Gate, GateDecision, LogEntry, Override
from apps.engagements.services import gates
from apps.engagements.services.gates import Condition
from tests.factories import make_engagement
from tests.factories.gates import checked, found, gate_of, registered

from .scene import Scene

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def test_a_new_engagement_has_its_five_gates_in_the_clients_sight(scene: Scene) -> None:
    found_gates = Gate.objects.filter(engagement=scene.engagement).order_by("number")
    assert [f"{gate} {gate.stage}" for gate in found_gates] == [
        "G-1 Scoping scoping",
        "G-2 Connect connect",
        "G-3 Pilot pilot",
        "G-4 Deploy deploy",
        "G-5 Adopt adopt",
    ]
    assert all(gate.client_visible for gate in found_gates)
    standing = {
        gate.stage: [str(one) for one in gate.exit_criteria.exclude(proof="check")] for gate in found_gates
    }
    assert standing["scoping"] == standing["pilot"] == standing["adopt"] == ["Approved by the client"]
    assert standing["connect"] == ["Security review done"]
    assert len(standing["deploy"]) == 2
    for gate in found_gates:
        assert gate.required == gate.exit_criteria.count()


def test_a_registered_check_is_required_from_the_beginning_of_its_stage() -> None:
    with registered(lambda gate: found("passed"), stages=["connect"]):
        gate = gate_of(make_engagement(), "connect")
        assert gate.exit_criteria.filter(check_name="test.check").exists()
        assert not gate_of(gate.engagement).exit_criteria.filter(check_name="test.check").exists()


def test_a_go_takes_the_engagement_to_its_next_stage_and_is_written_down(scene: Scene) -> None:
    gate = scene.ready()
    decision = gates.decide(by=scene.lead, gate=gate, outcome="go")
    scene.engagement.refresh_from_db()
    assert scene.engagement.stage == "connect"
    assert scene.gate("scoping").state == "passed"
    assert (decision.number, decision.by) == (1, scene.lead)
    entry = LogEntry.objects.get(engagement=scene.engagement)
    assert (entry.entry_kind, entry.client_visible, entry.title) == (
        "decision",
        True,
        "Go: scoping gate (G-1)",
    )
    assert entry.links_out.get().target_id == gate.pk
    assert Event.objects.filter(verb="decided", subject_id=gate.pk).count() == 1


def test_a_go_is_refused_while_something_does_not_hold(scene: Scene) -> None:
    with pytest.raises(Refused, match="Approved by the client"):
        gates.decide(by=scene.lead, gate=scene.gate(), outcome="go")
    scene.engagement.refresh_from_db()
    assert scene.engagement.stage == "scoping"
    assert not GateDecision.objects.exists()


def test_a_failed_check_is_passed_over_by_a_manager_alone_and_with_a_reason(scene: Scene) -> None:
    gate = scene.bare()
    with registered(lambda gate: found("failed", "Two of three missed.")):
        failed = checked(gate)
        for by, reason in ((scene.lead, "we must"), (scene.engineer, "we must"), (scene.manager, "  ")):
            with pytest.raises(Refused):
                gates.decide(by=by, gate=gate, outcome="go", overrides={failed.pk: reason})
        gates.decide(by=scene.manager, gate=gate, outcome="go", overrides={failed.pk: "The client insists"})
    override = Override.objects.get()
    assert (override.title, override.reason, override.by) == (
        failed.title,
        "The client insists",
        scene.manager,
    )
    assert "Two of three missed." in override.found
    assert "Overridden" in LogEntry.objects.get().text


def test_an_override_stays_in_sight_for_good(scene: Scene, client) -> None:
    gate = scene.bare()
    with registered(lambda gate: found("failed")):
        failed = checked(gate)
        gates.decide(by=scene.manager, gate=gate, outcome="go", overrides={failed.pk: "The client insists"})
    with registered(lambda gate: found("passed")):
        gates.decide(by=scene.lead, gate=scene.gate("scoping"), outcome="go")
        for person in (scene.lead, scene.viewer):
            client.force_login(person)
            assert (
                "The client insists" in client.get(reverse("gates:detail", args=[gate.pk])).content.decode()
            )
            home = client.get(scene.engagement.get_absolute_url()).content.decode()
            assert "overridden" in home


def test_a_conditional_go_makes_an_action_of_each_condition(scene: Scene) -> None:
    gate = scene.gate("scoping")
    due = TODAY() + timedelta(days=5)
    with pytest.raises(Refused, match="covered by a condition"):
        gates.decide(
            by=scene.lead,
            gate=gate,
            outcome="conditional",
            reason="Ana is away",
            conditions=[Condition("Other", due)],
        )
    open_ones = [one.pk for one in gate.exit_criteria.all()]
    conditions = [Condition(f"Settle {n}", due, scene.engineer, pk) for n, pk in enumerate(open_ones)]
    decision = gates.decide(
        by=scene.lead, gate=gate, outcome="conditional", reason="Ana is away", conditions=conditions
    )
    assert scene.gate("scoping").state == "conditional"
    actions = list(Action.objects.filter(engagement=scene.engagement).order_by("number"))
    assert [(one.title, one.due, one.owner) for one in actions] == [
        (one.text, due, scene.engineer) for one in conditions
    ]
    assert {UUID(one["action"]) for one in decision.conditions} == {one.pk for one in actions}
    assert all(one.links_out.get().target_id == gate.pk for one in actions)


def test_a_condition_never_covers_a_failure_nor_lies_in_the_past(scene: Scene) -> None:
    gate = scene.bare()
    due = TODAY() + timedelta(days=5)
    with registered(lambda gate: found("failed")):
        failed = checked(gate)
        with pytest.raises(Refused, match="cannot cover what has failed"):
            gates.decide(
                by=scene.manager,
                gate=gate,
                outcome="conditional",
                reason="r",
                conditions=[Condition("Later", due, covers=failed.pk)],
            )
    with registered(lambda gate: found("undecided")), pytest.raises(Refused, match="has passed"):
        gates.decide(
            by=scene.manager,
            gate=gate,
            outcome="conditional",
            reason="r",
            conditions=[Condition("Earlier", TODAY() - timedelta(days=1), covers=failed.pk)],
        )
    assert not Action.objects.exists()


def test_a_no_go_stops_the_gate_and_needs_a_reason(scene: Scene) -> None:
    with pytest.raises(Refused, match="Say why"):
        gates.decide(by=scene.lead, gate=scene.gate(), outcome="no_go")
    gates.decide(by=scene.lead, gate=scene.gate(), outcome="no_go", reason="No data")
    assert scene.gate().state == "stopped"
    assert scene.engagement.stage == "scoping"
    gates.decide(by=scene.lead, gate=scene.gate(), outcome="no_go", reason="Still no data")
    gates.decide(by=scene.lead, gate=scene.ready(), outcome="go")
    assert [one.number for one in scene.gate("scoping").decisions.all()] == [3, 2, 1]


@pytest.mark.parametrize("stage", ["connect", "pilot", "adopt"])
def test_no_gate_is_passed_before_its_turn(scene: Scene, stage: str) -> None:
    gate = scene.gate(stage)
    gate.exit_criteria.all().delete()
    for outcome in ("go", "no_go"):
        with pytest.raises(Refused, check=lambda error: error.code == "order"):
            gates.decide(by=scene.manager, gate=gate, outcome=outcome, reason="hurry")
