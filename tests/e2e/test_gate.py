"""A gate's page at work in a browser: what somebody types there and has not sent yet outlives what they do in place."""

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.engagements.models import ExitCriterion, Gate, Override, Proof
from apps.engagements.services import set_stage
from tests.factories import make_engagement, make_user
from tests.factories.gates import LINK, gate_of

from .browser import Visitor, visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHY = "The client has agreed by telephone.\nSecond line."


@pytest.fixture
def gate(db: None) -> Gate:
    """The gate out of deploy, which requires nothing but two things that people attest."""
    engagement = make_engagement()
    set_stage(by=None, engagement=engagement, stage="deploy")
    gate = gate_of(engagement)
    gate.exit_criteria.exclude(proof=Proof.ATTESTED).delete()
    return gate


@pytest.fixture
def someone(browser, live_server, gate: Gate) -> Visitor:
    made = visitor(browser, live_server.url)
    made.sign_in(make_user(Role.MANAGER))
    yield made
    assert made.complaints == []
    made.context.close()


def test_attesting_keeps_what_was_typed_elsewhere_on_the_page(someone: Visitor, gate: Gate) -> None:
    page = someone.page
    first, second = gate.exit_criteria.order_by("position")
    someone.visit(reverse("gates:detail", args=[gate.pk]))
    page.click(f"#override-{second.pk} summary")
    page.fill(f"[name=override_{second.pk}]", WHY)
    page.click(f"#cover-{second.pk} summary")
    page.fill(f"[name=condition_{second.pk}_text]", "Name somebody")
    page.click(f"#attest-{second.pk} summary")
    page.fill(f"#attest_{second.pk}_link", "https://half.typ")
    page.check("#decide [value=go]")
    page.fill("#decide [name=reason]", "Everything else holds")
    page.click(f"#attest-{first.pk} summary")
    page.fill(f"#attest_{first.pk}_link", "ftp://wiki.example")
    page.click(f"#attest-{first.pk} button[type=submit]")
    page.wait_for_selector(f"#attest-{first.pk} >> text=http://")
    _assert_kept(someone, second)
    page.fill(f"#attest_{first.pk}_link", LINK)
    page.click(f"#attest-{first.pk} button[type=submit]")
    page.wait_for_selector(f"#criterion-{first.pk} >> text=Withdraw")
    assert page.get_attribute(f"#attest-{first.pk}", "open") is None, "what was sent is used up"
    assert page.query_selector(f"#override-{first.pk}") is None, "what holds is not passed over"
    _assert_kept(someone, second)
    assert page.input_value(f"[name=condition_{second.pk}_text]") == "Name somebody"
    page.fill(f"[name=condition_{second.pk}_text]", "")
    page.click("#decide button[type=submit]")
    page.wait_for_selector("text=Decided: Go")
    override = Override.objects.get()
    assert override.exit_criterion == second.pk
    assert override.reason.split() == WHY.split()


def _assert_kept(someone: Visitor, second: ExitCriterion) -> None:
    page = someone.page
    assert page.input_value(f"[name=override_{second.pk}]") == WHY
    assert page.is_visible(f"[name=override_{second.pk}]"), "it is not folded away either"
    assert page.input_value(f"#attest_{second.pk}_link") == "https://half.typ"
    assert page.is_checked("#decide [value=go]")
    assert page.input_value("#decide [name=reason]") == "Everything else holds"
