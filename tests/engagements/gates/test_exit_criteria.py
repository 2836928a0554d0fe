"""What a gate requires: who says so, how it is shown to hold, and what stays in sight."""

import pytest
from django.urls import reverse

from apps.audit.models import Event
from apps.config.management.commands import prepare
from apps.core.errors import Refused
from apps.engagements import checks
from apps.engagements.models import Gate, Kind, Proof
from apps.engagements.selectors.gates import look_at
from apps.engagements.services import exit_criteria, gates, items
from apps.engagements.tasks import recheck_gates
from tests.factories import make_engagement
from tests.factories.gates import LINK, checked, found, gate_of, pass_gate, registered
from tests.factories.items import make_item

from .scene import Scene

pytestmark = pytest.mark.django_db


def test_exit_criteria_are_added_ordered_reworded_and_removed_with_a_trail(scene: Scene) -> None:
    gate = scene.gate("connect")
    one = exit_criteria.add(by=scene.engineer, gate=gate, proof=Proof.ATTESTED, title="DPA signed")
    exit_criteria.move(by=scene.engineer, exit_criterion=one, up=True)
    assert list(gate.exit_criteria.order_by("position"))[-2] == one
    exit_criteria.rename(
        by=scene.engineer, exit_criterion=one, title="DPA signed by both", version=one.version
    )
    with pytest.raises(Refused, check=lambda error: error.code == "stale"):
        exit_criteria.rename(by=scene.lead, exit_criterion=one, title="Other", version=1)
    for by, reason in ((scene.engineer, "r"), (scene.lead, "")):
        with pytest.raises(Refused):
            exit_criteria.remove(by=by, exit_criterion=one, reason=reason)
    exit_criteria.remove(by=scene.lead, exit_criterion=one, reason="Covered by the framework contract")
    verbs = Event.objects.filter(subject_id=one.pk).order_by("at").values_list("verb", flat=True)
    assert list(verbs) == ["added", "moved", "renamed", "removed"]
    last = Event.objects.get(subject_id=one.pk, verb="removed")
    assert last.data["reason"] == "Covered by the framework contract"
    assert scene.gate("connect").required == gate.exit_criteria.count()


def test_the_same_thing_is_required_once_and_only_of_this_engagement(scene: Scene) -> None:
    gate = scene.gate()
    criterion = make_item(scene.engagement, Kind.CRITERION)
    foreign = make_item(make_engagement(), Kind.CRITERION)
    exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=criterion)
    for wanted in (criterion, foreign, None, make_item(scene.engagement, Kind.RISK)):
        with pytest.raises(Refused):
            exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=wanted)
    for name in ("", "nobody.knows"):
        with pytest.raises(Refused):
            exit_criteria.add(by=None, gate=gate, proof=Proof.CHECK, check_name=name)


def test_a_passed_gate_keeps_what_it_required(scene: Scene) -> None:
    gate = scene.pass_one()
    one = gate.exit_criteria.first()
    assert one is not None
    for act in (
        lambda: exit_criteria.add(by=scene.lead, gate=gate, proof=Proof.ATTESTED, title="More"),
        lambda: exit_criteria.rename(by=scene.lead, exit_criterion=one, title="Other"),
        lambda: exit_criteria.remove(by=scene.lead, exit_criterion=one, reason="r"),
        lambda: exit_criteria.move(by=scene.lead, exit_criterion=one, up=True),
    ):
        with pytest.raises(Refused, match="is passed"):
            act()


@pytest.mark.parametrize(
    "link",
    [
        "",
        "ftp://x.example/y",
        "javascript:alert(1)",
        "http://",
        "https://a b",
        "wiki",
        "https://[",
        "http://x\0",
    ],
)
def test_an_attestation_needs_a_link(scene: Scene, link: str) -> None:
    one = scene.gate("connect").exit_criteria.get(proof=Proof.ATTESTED)
    with pytest.raises(Refused, check=lambda error: error.field == "link"):
        exit_criteria.attest(by=scene.engineer, exit_criterion=one, link=link)


def test_an_attestation_taken_back_makes_a_passed_gate_stale(scene: Scene) -> None:
    scene.pass_one()
    gate = scene.pass_one()
    one = gate.exit_criteria.get(proof=Proof.ATTESTED)
    assert (one.link, one.attested_by) == (LINK, scene.lead)
    exit_criteria.withdraw_attestation(by=scene.lead, exit_criterion=one)
    assert any("Security review done" in text for text in scene.gate("connect").stale)


def test_a_success_criterion_counts_by_what_its_app_finds(scene: Scene, monkeypatch) -> None:
    gate = scene.bare()
    criterion = make_item(scene.engagement, Kind.CRITERION)
    monkeypatch.setattr(checks, "_criterion", [])
    exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=criterion)
    assert [str(line.finding.found) for line in look_at(gate)] == ["undecided"]
    checks.register_criterion(lambda gate, item: found("passed", f"{item.reference} is met"))
    assert [line.finding.text for line in look_at(gate)] == [f"{criterion.reference} is met"]
    items.remove(by=None, item=criterion)
    assert [str(line.finding.found) for line in look_at(gate)] == ["failed"]


def test_a_check_that_is_registered_later_reaches_gates_that_are_not_passed_once(scene: Scene) -> None:
    pass_gate(scene.gate("scoping"), lead=scene.lead, viewer=scene.viewer)
    gates.decide(by=scene.lead, gate=scene.gate("connect"), outcome="no_go", reason="Wait")
    with registered(lambda gate: found("failed"), stages=["scoping", "connect", "adopt"]):
        assert exit_criteria.require_registered() == 2
        names = {gate.stage: _checks(gate) for gate in Gate.objects.filter(engagement=scene.engagement)}
        assert names == {
            "scoping": [],
            "connect": ["test.check"],
            "pilot": [],
            "deploy": [],
            "adopt": ["test.check"],
        }
        assert scene.gate("scoping").stale == [], "what was decided rests on what was required then"
        assert scene.gate("connect").required == scene.gate("connect").exit_criteria.count()
        assert exit_criteria.require_registered() == 0
        assert Event.objects.filter(verb="added", data__title="What the test checks", actor=None).count() == 2
        assert recheck_gates() == 1
        assert _checks(scene.gate("connect")) == ["test.check"]


def test_a_check_that_somebody_has_removed_does_not_come_back(scene: Scene) -> None:
    with registered(lambda gate: found("failed"), stages=["scoping"]):
        recheck_gates()
        one = scene.gate("scoping").exit_criteria.get(check_name="test.check")
        exit_criteria.remove(by=scene.manager, exit_criterion=one, reason="Not for this client")
        recheck_gates()
        assert _checks(scene.gate("scoping")) == []
        other = make_engagement()
        assert _checks(gate_of(other)) == ["test.check"], "it was removed from one gate alone"


def test_the_start_of_a_newer_version_gives_its_checks_to_gates(scene: Scene) -> None:
    with registered(lambda gate: found("failed"), stages=["scoping"]):
        assert prepare._require_checks() == ["gave gates 1 new exit criteria"]
        assert prepare._require_checks() == []


def _checks(gate: Gate) -> list[str]:
    return list(gate.exit_criteria.filter(proof=Proof.CHECK).values_list("check_name", flat=True))


def test_an_exit_criterion_of_another_gate_is_not_found(scene: Scene, client) -> None:
    other = scene.gate("connect").exit_criteria.get(proof=Proof.ATTESTED)
    client.force_login(scene.lead)
    for name in ("criterion-edit", "criterion-remove", "criterion-attest", "criterion-move"):
        assert client.post(reverse(f"gates:{name}", args=[scene.gate().pk, other.pk])).status_code == 404


def test_what_is_checked_is_removed_by_a_manager_alone_and_stays_in_sight(client, scene: Scene) -> None:
    with registered(lambda gate: found("failed"), stages=["scoping"]):
        recheck_gates()
        gate = scene.gate("scoping")
        gate.exit_criteria.exclude(check_name="test.check").delete()
        one = gate.exit_criteria.get()
        with pytest.raises(Refused, match="A manager removes"):
            exit_criteria.remove(by=scene.lead, exit_criterion=one, reason="tidy")
        client.force_login(scene.lead)
        page = client.get(reverse("gates:criterion-remove", args=[gate.pk, one.pk]))
        assert "A manager removes" in page.content.decode()
        exit_criteria.remove(by=scene.manager, exit_criterion=one, reason="Not for this client")
        decision = gates.decide(by=scene.lead, gate=gate, outcome="go")
    (kept,) = decision.evidence["removed"]
    assert (kept["title"], kept["reason"], kept["by"]) == (
        one.title,
        "Not for this client",
        scene.manager.name,
    )
    assert kept["found"].startswith("failed")
    page = client.get(gate.get_absolute_url(), follow=True).content.decode()
    assert "Required once" in page
    assert "Not for this client" in page
    client.force_login(scene.viewer)
    page = client.get(gate.get_absolute_url(), follow=True).content.decode()
    assert "Not for this client" not in page


def test_only_who_may_remove_something_is_offered_to(scene: Scene, client) -> None:
    gate = scene.bare()
    with registered(lambda gate: found("failed")):
        checked_one = checked(gate)
    attested = exit_criteria.add(by=None, gate=gate, proof=Proof.ATTESTED, title="Rehearsed")

    def offered(who) -> set:
        client.force_login(who)
        page = client.get(reverse("gates:detail", args=[gate.pk])).content.decode()
        return {
            one.pk
            for one in gate.exit_criteria.all()
            if reverse("gates:criterion-remove", args=[gate.pk, one.pk]) in page
        }

    assert offered(scene.manager) == {checked_one.pk, attested.pk}
    assert offered(scene.lead) == {attested.pk}
    assert offered(scene.engineer) == set()
