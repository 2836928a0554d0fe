"""The pages of gates: what they offer to whom, and that nonsense breaks nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.engagements import services
from apps.engagements.models import Action, Gate, GateDecision, Override, Proof
from apps.engagements.selectors.gates import look_at
from apps.engagements.services import exit_criteria, gates
from apps.engagements.services.gates import Condition
from tests.factories.gates import LINK, checked, found, registered
from tests.factories.items import make_item

from .scene import Scene

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def test_the_page_decides_with_conditions_and_overrides(scene: Scene, client) -> None:
    gate = scene.bare()
    attested = exit_criteria.add(by=None, gate=gate, proof=Proof.ATTESTED, title="Rehearsed")
    with registered(lambda gate: found("failed")):
        failed = checked(gate)
        client.force_login(scene.manager)
        address = reverse("gates:decide", args=[gate.pk])
        data = {
            "outcome": "conditional",
            "reason": "The client wants to start",
            f"override_{failed.pk}": "Small sample",
            f"condition_{attested.pk}_text": "Rehearse the rollback",
        }
        shown = client.post(address, data).content.decode()
        assert "Say by when." in shown
        assert "Rehearse the rollback" in shown
        assert "Small sample" in shown, "nothing typed is lost"
        data[f"condition_{attested.pk}_due"] = (TODAY() + timedelta(days=3)).isoformat()
        data[f"condition_{attested.pk}_owner"] = str(scene.engineer.pk)
        shown = client.post(address, data, follow=True).content.decode()
    assert "Decided: Conditional go" in shown
    assert Action.objects.get().owner == scene.engineer
    assert Override.objects.get().reason == "Small sample"


def test_a_lead_is_offered_no_override_and_an_engineer_no_decision(scene: Scene, client) -> None:
    gate = scene.gate()
    address = reverse("gates:detail", args=[gate.pk])
    for person, decides, overrides in (
        (scene.manager, True, True),
        (scene.lead, True, False),
        (scene.engineer, False, False),
        (scene.viewer, False, False),
    ):
        client.force_login(person)
        shown = client.get(address).content.decode()
        assert ('id="decide"' in shown) == decides
        assert ('name="override_' in shown) == overrides
        answer = client.post(reverse("gates:decide", args=[gate.pk]), {"outcome": "no_go", "reason": "r"})
        assert (answer.status_code == 403) == (not decides)


def test_attesting_in_place_answers_with_the_gates_part_of_the_page(scene: Scene, client) -> None:
    services.set_stage(by=None, engagement=scene.engagement, stage="connect")
    gate = scene.gate()
    one = gate.exit_criteria.get(proof=Proof.ATTESTED)
    client.force_login(scene.engineer)
    address = reverse("gates:criterion-attest", args=[gate.pk, one.pk])
    headers = {"HX-Request": "true", "HX-Target": "gate"}
    wrong = client.post(address, {"link": "wiki", "version": "1"}, headers=headers).content.decode()
    assert "http:// or https://" in wrong
    assert 'value="wiki"' in wrong
    shown = client.post(address, {"link": LINK, "version": "1"}, headers=headers).content.decode()
    assert "<html" not in shown
    assert f"Attested by {scene.engineer.name}" in shown
    stale = client.post(
        address, {"link": "https://other.example", "version": "1"}, headers=headers
    ).content.decode()
    assert "Somebody else has changed this" in stale


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"outcome": "\0", "reason": "\0"},
        {"outcome": "go", "seen": "x" * 5000},
        {"outcome": "conditional", "reason": "r", "condition_more_text": "x" * 5000},
        {
            "outcome": "conditional",
            "reason": "r",
            "condition_more_text": "x",
            "condition_more_due": "99999-99-99",
        },
        {
            "outcome": "conditional",
            "reason": "r",
            "condition_more_text": "x",
            "condition_more_owner": "nobody",
        },
        {"outcome": "no_go", "reason": "x" * 50_000},
    ],
)
def test_nonsense_decides_nothing_and_breaks_nothing(scene: Scene, client, data: dict[str, str]) -> None:
    client.force_login(scene.manager)
    answer = client.post(reverse("gates:decide", args=[scene.gate().pk]), data)
    assert answer.status_code == 200
    assert not GateDecision.objects.exists()


def test_the_rail_of_every_page_costs_one_query_and_leads_to_the_gates(scene: Scene, client) -> None:
    scene.pass_one()
    client.force_login(scene.viewer)
    shown = client.get(reverse("gates:list", args=[scene.engagement.pk])).content.decode()
    rail = shown[shown.index('class="rail"') : shown.index("</ol>")]
    for gate in Gate.objects.filter(engagement=scene.engagement):
        assert reverse("gates:detail", args=[gate.pk]) in rail
    assert ">passed</span>" in rail
    assert ">open</span>" in rail


def test_the_engagements_page_leads_to_the_next_decision(scene: Scene, client) -> None:
    client.force_login(scene.lead)
    shown = " ".join(client.get(scene.engagement.get_absolute_url()).content.decode().split())
    gate = scene.gate()
    assert "Decide gate: Scoping" in shown
    assert f"0 of {gate.required} hold" in shown
    assert "Set stage" not in shown


def test_a_condition_that_nobody_owns_is_shown_as_such(scene: Scene, client) -> None:
    gate = scene.ready()
    condition = Condition("Sign the contract", TODAY() + timedelta(days=3), owner=scene.lead)
    seen = gates.digest_of(look_at(gate))
    gates.decide(
        by=scene.lead, gate=gate, outcome="conditional", reason="Nearly", conditions=[condition], seen=seen
    )
    client.force_login(scene.lead)
    address = reverse("gates:detail", args=[gate.pk])
    page = client.get(address).content.decode()
    assert "nobody owns it" not in page
    Action.objects.update(owner=None)
    assert "nobody owns it" in client.get(address).content.decode()
    client.force_login(scene.viewer)
    assert "nobody owns it" not in client.get(address).content.decode()


def test_nobody_owns_what_only_happened(scene: Scene, client) -> None:
    client.force_login(scene.lead)
    entry = make_item(scene.engagement, "entry", title="Called **them**")
    risk = make_item(scene.engagement, "risk")
    assert "Nobody owns this" not in client.get(entry.get_absolute_url()).content.decode()
    assert "Nobody owns this" in client.get(risk.get_absolute_url()).content.decode()
    listed = client.get(reverse("log:engagement", args=[scene.engagement.pk])).content.decode()
    assert ">Called them</a>" in listed
