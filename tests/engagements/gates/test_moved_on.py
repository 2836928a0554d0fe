"""Stages that were gone past without a decision, and what is said of them."""

import pytest
from django.urls import reverse

from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import services
from apps.engagements.models import ExitCriterion, Gate, GateDecision, LogEntry, Override, Proof
from apps.engagements.services import gates
from apps.engagements.services.log import log
from apps.engagements.views.log_entries import KEPT
from tests.factories.gates import found, pass_gate, registered

from .scene import Scene

pytestmark = pytest.mark.django_db


def test_a_manager_takes_an_engagement_to_a_stage_and_it_shows(scene: Scene) -> None:
    with pytest.raises(Refused, match="manager"):
        services.set_stage(by=scene.lead, engagement=scene.engagement, stage="pilot", reason="hurry")
    services.set_stage(by=scene.manager, engagement=scene.engagement, stage="pilot", reason="Agreed by phone")
    assert scene.engagement.stage == "pilot"
    assert Override.objects.filter(reason="Agreed by phone").count() >= 2
    services.set_stage(by=scene.manager, engagement=scene.engagement, stage="scoping", reason="Not agreed")
    assert {gate.state for gate in Gate.objects.filter(engagement=scene.engagement)} == {"open"}


def test_what_fieldwork_itself_has_moved_is_by_nobody_and_never_stale(scene: Scene) -> None:
    services.set_stage(by=None, engagement=scene.engagement, stage="handover")
    assert {one.by for one in GateDecision.objects.all()} == {None}
    with registered(lambda gate: found("failed")):
        ExitCriterion.objects.create(
            gate=scene.gate("pilot"), position=9, proof=Proof.CHECK, title="New", check_name="test.check"
        )
        gates.recheck(scene.engagement)
    assert not Gate.objects.exclude(stale=[]).exists()


@pytest.mark.parametrize("whose", ["lead", "viewer"])
def test_the_rail_tells_a_gate_that_was_decided_from_one_that_was_moved_on(
    scene: Scene, client, whose: str
) -> None:
    pass_gate(scene.gate("scoping"), lead=scene.lead, viewer=scene.viewer)
    services.set_stage(by=None, engagement=scene.engagement, stage="pilot")
    client.force_login(getattr(scene, whose))
    for page in ("engagements:detail", "gates:list"):
        shown = client.get(reverse(page, args=[scene.engagement.pk])).content.decode()
        rail = shown[shown.index('class="rail"') : shown.index("</ol>")]
        scoping, connect = (
            rail[rail.index(f"Gate {name}:</span>") :][:120] for name in ("Scoping", "Connect")
        )
        assert '<span class="rail-words">passed</span>' in scoping
        assert '<span class="rail-words">moved on, no decision</span>' in connect
        assert 'title="Gate Connect: moved on without a decision"' in rail
        assert (rail.count("gate-mark-passed"), rail.count("gate-mark-moved")) == (1, 1)
        notes = shown[shown.index("rail-notes") :][: shown[shown.index("rail-notes") :].index("</ul>")]
        assert "moved on without a decision" in notes
    assert "Moved on without a decision" in shown
    gates.decide(by=scene.manager, gate=scene.gate("connect"), outcome="go", overrides=_all(scene, "connect"))
    shown = client.get(reverse("gates:list", args=[scene.engagement.pk])).content.decode()
    assert "gate-mark-moved" not in shown


def _all(scene: Scene, stage: str) -> dict:
    return {one.pk: "Decided afterwards" for one in scene.gate(stage).exit_criteria.all()}


def test_what_nobody_decided_is_called_a_decision_nowhere(scene: Scene) -> None:
    services.set_stage(by=None, engagement=scene.engagement, stage="connect")
    entry = LogEntry.objects.get(engagement=scene.engagement)
    assert (entry.entry_kind, entry.title) == ("change", "G-1 Scoping: moved on without a decision")
    assert entry.kept
    assert not Event.objects.filter(verb="passed").exists(), "the timeline would tell that it was passed"
    moved = scene.gate("scoping").closed_at
    gates.decide(by=scene.manager, gate=scene.gate("scoping"), outcome="go", overrides=_all(scene, "scoping"))
    assert scene.gate("scoping").closed_at > moved, "it is passed since it was decided"
    assert Event.objects.filter(verb="passed").count() == 1


def test_what_a_decision_wrote_has_no_buttons_and_says_why(scene: Scene, client) -> None:
    gates.decide(by=scene.lead, gate=scene.gate(), outcome="no_go", reason="Wait")
    entry = LogEntry.objects.get(kept=True)
    own = log(by=scene.lead, engagement=scene.engagement, line="Something else").item
    client.force_login(scene.lead)
    edit, remove = (reverse(route, args=[entry.pk]) for route in ("log:edit", "items:remove"))
    shown = client.get(reverse("items:detail", args=[entry.pk])).content.decode()
    assert edit not in shown
    assert remove not in shown
    assert 'name="client_visible"' not in shown
    assert KEPT in shown
    assert "Comment" in shown, "it can still be spoken of"
    beside = client.get(reverse("items:detail", args=[own.pk])).content.decode()
    assert reverse("log:edit", args=[own.pk]) in beside
    assert reverse("items:remove", args=[own.pk]) in beside
    assert KEPT not in beside
    answer = client.get(edit, follow=True)
    assert answer.redirect_chain[-1][0] == entry.get_absolute_url()
    assert KEPT in answer.content.decode()
    client.force_login(scene.viewer)
    assert KEPT not in client.get(reverse("items:detail", args=[entry.pk])).content.decode()
