"""What a gate decision rests on: frozen with it, kept for good, and stale once it has changed."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import notices, services
from apps.engagements.models import Gate, GateDecision, Override
from apps.engagements.rules import evidence
from apps.engagements.selectors.gates import look_at
from apps.engagements.services import gates, items
from apps.engagements.services.removal import remove_engagement
from apps.engagements.tasks import recheck_gates
from tests.factories import make_engagement
from tests.factories.gates import checked, found, registered, satisfy

from .scene import Scene

pytestmark = pytest.mark.django_db
SQL = [
    "UPDATE engagements_gatedecision SET reason = 'other'",
    "DELETE FROM engagements_gatedecision",
    "TRUNCATE engagements_gatedecision CASCADE",
    "UPDATE engagements_override SET reason = 'other'",
    "DELETE FROM engagements_override",
    "TRUNCATE engagements_override",
]
TODAY = timezone.localdate


def test_what_a_decision_rests_on_is_frozen_with_it(scene: Scene) -> None:
    gate = scene.gate()
    parts = {"run": 2, "model": "a", "snapshot": "a" * 64, "value": 0.1 + 0.2, "prompt": "v3"}
    satisfy(gate, lead=scene.lead, viewer=scene.viewer)
    with registered(lambda gate: found("passed", "Met in run 2", **parts)):
        checked(gate)
        with pytest.raises(
            Refused, match="Not shown to hold"
        ):  # the client has approved it without the check
            gates.decide(by=scene.lead, gate=scene.gate(), outcome="go")
        satisfy_again(scene)
        decision = gates.decide(by=scene.lead, gate=scene.gate(), outcome="go")
    decision.refresh_from_db()
    rows = {row["title"]: row for row in decision.evidence["exit_criteria"]}
    assert rows["What the test checks"]["evidence"] == [{"what": "accuracy", **parts}]
    assert rows["What the test checks"]["text"] == "Met in run 2"
    signature = rows["Approved by the client"]["evidence"][0]
    assert signature["what"] == f"answer of {scene.viewer.name}"
    assert signature["at"]
    assert evidence.digest_of(decision.evidence) == decision.digest


def satisfy_again(scene: Scene) -> None:
    from apps.engagements.services import approvals

    [asked] = approvals.ask(by=scene.lead, item=scene.gate(), people=[scene.viewer])
    approvals.answer(by=scene.viewer, approval=asked, answer="approved")


def test_who_looked_at_something_else_does_not_decide(scene: Scene) -> None:
    gate = scene.bare()
    with registered(lambda gate: found("passed", run=1)):
        checked(gate)
        seen = gates.digest_of(look_at(gate))
    with registered(lambda gate: found("passed", run=2)):
        with pytest.raises(Refused, match="has changed since you opened"):
            gates.decide(by=scene.lead, gate=gate, outcome="go", seen=seen)
        gates.decide(by=scene.lead, gate=gate, outcome="go", seen=gates.digest_of(look_at(gate)))


def test_a_passed_gate_whose_evidence_changes_is_stale_and_says_what_changed(scene: Scene, client) -> None:
    gate = scene.bare()
    with registered(lambda gate: found("passed", run=2, model="a")):
        checked(gate)
        gates.decide(by=scene.lead, gate=gate, outcome="go")
        gates.recheck(scene.engagement)
        assert scene.gate("scoping").stale == [], "the same evidence is never stale"
    with registered(lambda gate: found("failed", run=4, model="b")):
        assert recheck_gates() == 1
        stale = scene.gate("scoping")
        assert stale.stale == [
            "accuracy: run 2 → 4, model a → b",
            "What the test checks: now failed (was passed)",
        ]
        since = stale.stale_since
        assert since is not None
        gates.recheck(scene.engagement)
        assert scene.gate("scoping").stale_since == since
        assert Event.objects.filter(verb="stale").count() == 1
        client.force_login(scene.lead)
        shown = client.get(reverse("gates:detail", args=[gate.pk])).content.decode()
        assert "model a → b" in shown
        assert "its evidence has changed" in shown
        with pytest.raises(Refused):
            gates.decide(by=scene.lead, gate=stale, outcome="go")
    with registered(lambda gate: found("passed", run=5, model="b")):
        again = gates.decide(by=scene.lead, gate=stale, outcome="go")
        scene.engagement.refresh_from_db()
        assert (again.number, scene.engagement.stage) == (2, "connect")
        assert scene.gate("scoping").stale == []


def test_the_team_is_told_of_a_stale_gate_and_everybody_of_a_decision(scene: Scene, monkeypatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(notices, "_receivers", [lambda notice: told.append((notice.to.name, notice.text))])
    gate = scene.bare()
    with registered(lambda gate: found("passed", run=1)):
        checked(gate)
        gates.decide(by=scene.lead, gate=gate, outcome="go")
    assert {name for name, text in told if "decided G-1 Scoping: Go" in text} == {
        scene.engineer.name,
        scene.viewer.name,
    }
    told.clear()
    with registered(lambda gate: found("passed", run=2)):
        gates.recheck(scene.engagement)
    assert {name for name, _ in told} == {scene.lead.name, scene.engineer.name}


def test_a_manager_reopens_a_gate_and_later_ones_with_it(scene: Scene) -> None:
    first, second = scene.pass_one(), scene.pass_one()
    for by, reason in ((scene.lead, "r"), (scene.manager, " ")):
        with pytest.raises(Refused):
            gates.reopen(by=by, gate=first, reason=reason)
    gates.reopen(by=scene.manager, gate=first, reason="The data was another one")
    scene.engagement.refresh_from_db()
    assert scene.engagement.stage == "scoping"
    assert [scene.gate(stage).state for stage in ("scoping", "connect")] == ["open", "open"]
    assert GateDecision.objects.filter(gate__in=[first, second]).count() == 2, "what was decided stays"
    assert Event.objects.filter(verb="reopened", data__why="The data was another one").count() == 2
    with pytest.raises(Refused, match="not passed"):
        gates.reopen(by=scene.manager, gate=scene.gate("scoping"), reason="again")


@pytest.mark.parametrize("statement", SQL)
def test_the_database_refuses_to_change_what_was_decided(scene: Scene, statement: str) -> None:
    services.set_stage(by=scene.manager, engagement=scene.engagement, stage="connect", reason="hurry")
    assert Override.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE engagements_gatedecision ENABLE TRIGGER gate_decision_no_truncate")
        cursor.execute("ALTER TABLE engagements_override ENABLE TRIGGER override_no_truncate")
        with pytest.raises(DatabaseError, match="kept for good"), transaction.atomic():
            cursor.execute(statement)
        other = make_engagement()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('fieldwork.removing_engagement', %s, true)", [str(other.pk)])
        with pytest.raises(DatabaseError, match="kept for good"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("SELECT set_config('fieldwork.removing_engagement', '', true)")


def test_what_was_decided_goes_with_its_engagement_alone(scene: Scene) -> None:
    services.set_stage(by=scene.manager, engagement=scene.engagement, stage="connect", reason="hurry")
    other = make_engagement()
    services.set_stage(by=None, engagement=other, stage="pilot")
    remove_engagement(by=None, engagement=scene.engagement)
    assert GateDecision.objects.count() == 2
    assert not Override.objects.exists()
    with pytest.raises(DatabaseError, match="kept for good"), transaction.atomic():
        GateDecision.objects.all().delete()


def test_a_gate_is_moved_hidden_and_removed_by_nobody(scene: Scene) -> None:
    gate = scene.gate()
    with pytest.raises(Refused, match="by a decision"):
        items.move(by=scene.manager, item=gate, state="passed")
    with pytest.raises(Refused, match="stays"):
        items.remove(by=scene.manager, item=gate)
    with pytest.raises(Refused, match="stays"):
        items.change(by=scene.manager, item=gate, version=None, client_visible=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Gate.objects.filter(pk=gate.pk).update(client_visible=False)


def test_two_who_decide_at_once_get_one_stage_each_in_turn(scene: Scene) -> None:
    gate = scene.ready()
    gates.decide(by=scene.lead, gate=gate, outcome="go")
    gates.decide(by=scene.lead, gate=gate, outcome="go")  # the second one confirms; it does not skip a stage
    scene.engagement.refresh_from_db()
    assert scene.engagement.stage == "connect"
