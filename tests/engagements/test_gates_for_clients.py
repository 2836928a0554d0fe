"""What client viewers are told of a gate's overrides and changes, and what undoes their approval."""

from uuid import UUID

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role
from apps.engagements import checks
from apps.engagements.checks import Finding, Found
from apps.engagements.models import Engagement, ExitCriterion, Gate, Item, Kind, MemberRole, Proof
from apps.engagements.selectors.approvals import approvals_of
from apps.engagements.selectors.rail import rail_of
from apps.engagements.services import approvals, exit_criteria, gates, items
from tests.factories import make_engagement, make_member, make_user
from tests.factories.gates import checked, found, gate_of, make_viewer, registered
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


class Scene:
    """A gate that requires nothing yet, and two success criteria, of which the client sees one."""

    def __init__(self) -> None:
        self.engagement = make_engagement()
        self.lead = make_member(self.engagement, MemberRole.LEAD).user
        self.viewer, self.manager = make_viewer(self.engagement), make_user(Role.MANAGER)
        self.gate.exit_criteria.all().delete()
        self.internal = make_item(self.engagement, Kind.CRITERION, by=self.lead, title="internal")
        self.shown = make_item(
            self.engagement, Kind.CRITERION, by=self.lead, title="shown", client_visible=True
        )

    @property
    def gate(self) -> Gate:
        return gate_of(self.engagement, "scoping")

    def require(self, item: Item) -> ExitCriterion:
        return exit_criteria.add(by=None, gate=self.gate, proof=Proof.CRITERION, criterion=item)

    def go(self, over: list[UUID]) -> None:
        gates.decide(by=self.manager, gate=self.gate, outcome="go", overrides=dict.fromkeys(over, "We must"))

    def counted(self) -> tuple[int, int]:
        """How many overrides the rail counts: for everybody of the house, for client viewers."""
        [gate] = [one for one in rail_of(fresh(self.engagement)) if one.stage == "scoping"]
        return gate.overrides, gate.overrides_for_clients  # type: ignore[attr-defined]

    def page(self, route: str = "gates:detail") -> str:
        browser = Browser()
        browser.force_login(self.viewer)
        return browser.get(reverse(route, args=[self.gate.pk])).content.decode()


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.get(pk=engagement.pk)


@pytest.fixture
def scene(db: None, monkeypatch) -> Scene:
    monkeypatch.setattr(checks, "_checks", {})
    monkeypatch.setattr(checks, "_criterion", [])
    checks.register_criterion(lambda gate, item: Finding(Found.FAILED, f"{item.title} missed"))
    return Scene()


def test_the_rail_counts_for_clients_the_overrides_that_they_see(scene: Scene) -> None:
    one, other = scene.require(scene.internal), scene.require(scene.shown)
    scene.go([one.pk, other.pk])
    assert scene.counted() == (2, 1)
    items.change(by=scene.lead, item=scene.shown, version=None, client_visible=False)
    assert scene.counted() == (2, 0)
    assert "verridden" not in scene.page()
    items.change(by=scene.lead, item=scene.internal, version=None, client_visible=True)
    assert scene.counted() == (2, 1)
    assert scene.page().count('class="overridden"') == 1


def test_an_override_of_what_is_required_no_more_is_counted_as_it_is_listed(scene: Scene) -> None:
    with registered(lambda gate: found("failed")):
        check, internal = checked(scene.gate), scene.require(scene.internal)
        scene.go([check.pk, internal.pk])
        assert scene.counted() == (2, 1)
        gates.reopen(by=scene.manager, gate=scene.gate, reason="Again")
        for one in (check, internal):
            exit_criteria.remove(by=scene.manager, exit_criterion=one, reason="No more")
        assert scene.counted() == (2, 1)
        assert scene.page().count('class="overridden"') == 1


def test_a_check_that_is_quiet_by_now_no_longer_says_what_it_found_then(scene: Scene) -> None:
    with registered(lambda gate: found("passed", "Zirkonium", run=1)):
        checked(scene.gate)
        scene.go([])
        assert "Zirkonium" in scene.page()
    with registered(lambda gate: found("passed", "Zirkonium", run=1), client_visible=False):
        gates.recheck(fresh(scene.engagement))
        page = scene.page()
    assert "Zirkonium" not in page
    assert "has changed" not in page


def test_a_quiet_check_whose_reasons_change_leaves_the_clients_approval_alone(scene: Scene) -> None:
    risks = ["first"]
    with registered(lambda gate: found("passed", risks=list(risks)), client_visible=False):
        check = checked(scene.gate)
        exit_criteria.add(by=None, gate=scene.gate, proof=Proof.APPROVAL, title="Approved")
        [asked] = approvals.ask(by=scene.lead, item=scene.gate, people=[scene.viewer])
        approvals.answer(by=scene.viewer, approval=asked, answer="approved")
        risks.append("second")
        assert approvals_of(scene.gate)[0].state == "approved"
        assert "changed since" not in scene.page()
        exit_criteria.rename(by=scene.lead, exit_criterion=check, title="Risks looked at")
        assert approvals_of(scene.gate)[0].state == "earlier", "they see what it is called"
