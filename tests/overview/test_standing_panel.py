"""An engagement's own page says how it stands and what blocks it, at no more queries than before."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, Gate, Kind, MemberRole
from apps.engagements.services import items
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.world import objects_of

pytestmark = pytest.mark.django_db
MOST = 12  # queries of the page


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement(name="triage")


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


def panel(user: User, engagement: Engagement) -> str:
    """What stands in the panel; nothing where there is none."""
    browser = Browser()
    browser.force_login(user)
    text = browser.get(engagement.get_absolute_url()).content.decode()
    return text.partition('id="standing"')[2].partition("</section>")[0]


def block(engagement: Engagement, title: str) -> Kind:
    return make_item(engagement, Kind.ENTRY, entry_kind="blocker", state="open", title=title)


def test_open_blockers_stand_there_at_once_and_go_when_resolved(engagement: Engagement, lead: User) -> None:
    assert "None" in panel(lead, engagement)
    blockers = [block(engagement, f"No VPN {n}") for n in range(5)]
    text = panel(lead, engagement)
    assert text.count("No VPN") == 3
    assert "2 more" in text
    assert f"{reverse('log:engagement', args=[engagement.pk])}?kind=open" in text
    assert "The blockers decide about it." in text
    for one in blockers:
        items.move(by=None, item=one, state="resolved")  # type: ignore[arg-type]
    text = panel(lead, engagement)
    assert "No VPN" not in text
    assert "No success criterion is stated" in text


def test_health_is_a_chip_that_leads_to_its_reasons(engagement: Engagement, lead: User) -> None:
    make_item(engagement, Kind.RISK, severity="high", title="<b>Drift</b>")
    text = panel(lead, engagement)
    assert f'href="{reverse("overview:health", args=[engagement.pk])}"' in text
    assert "Amber" in text
    assert "is high and has no mitigation: &lt;b&gt;Drift" in text


def test_a_client_viewer_is_not_told(engagement: Engagement, lead: User) -> None:
    block(engagement, "No VPN")
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    assert panel(lead, engagement)
    assert panel(viewer, engagement) == ""


@pytest.mark.parametrize("role", [Role.MANAGER, Role.FDE])
def test_the_page_costs_no_more_than_it_may(engagement: Engagement, lead: User, role: str) -> None:
    objects_of(engagement, by=lead)
    for n in range(5):
        block(engagement, f"No VPN {n}")
    browser = Browser()
    browser.force_login(make_user(role) if role == Role.MANAGER else lead)
    browser.get(engagement.get_absolute_url())  # works out the standing
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(engagement.get_absolute_url()).status_code == 200
    assert len(caught) <= MOST


def test_the_page_costs_the_same_however_much_waits_on_the_client(engagement: Engagement, lead: User) -> None:
    gate, costs, browser = Gate.objects.get(engagement=engagement, stage="connect"), [], Browser()
    browser.force_login(lead)
    for count in (1, 10):
        for _ in range(count):
            make_item(engagement, Kind.ACCESS_REQUEST, holds_up=gate, owner=lead)
        browser.get(engagement.get_absolute_url())
        with CaptureQueriesContext(connection) as caught:
            page = browser.get(engagement.get_absolute_url()).content.decode()
        assert "holds up gate Connect" in page
        costs.append(len(caught))
    assert costs[0] == costs[1] <= MOST
