"""Engagement pages: what each person finds on them."""

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.engagements import panels, services
from apps.engagements.models import Member, MemberRole
from tests.factories import make_client, make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db


def page(client, user, address: str) -> str:
    client.force_login(user)
    return client.get(address).content.decode()


def test_the_list_shows_only_what_is_theirs(client) -> None:
    mine = make_engagement(client=make_client("Mine Ltd"))
    make_engagement(client=make_client("Secret Ltd"))
    text = page(client, make_member(mine).user, reverse("engagements:list"))
    assert "Mine Ltd" in text
    assert "Secret" not in text


def test_the_list_comes_in_pages_with_a_constant_number_of_queries(
    client, django_assert_max_num_queries
) -> None:
    shared = make_client("Northwind")
    for number in range(60):
        make_engagement(client=shared, name=f"work {number:02d}")
    client.force_login(make_user(Role.MANAGER))
    with django_assert_max_num_queries(8):
        first = client.get(reverse("engagements:list")).content.decode()
    assert "1–50 of 60" in first
    assert "work 59" in client.get(reverse("engagements:list"), {"page": "2"}).content.decode()
    assert client.get(reverse("engagements:list"), {"page": "99999"}).status_code == 200


@pytest.mark.parametrize(
    "query", [{"q": "\0"}, {"stage": "\0"}, {"page": "\0"}, {"q": "%"}, {"q": "x" * 5000}]
)
def test_a_nonsense_filter_is_no_failure(client, query: dict[str, str]) -> None:
    client.force_login(make_user(Role.ADMIN))
    assert client.get(reverse("engagements:list"), query).status_code == 200
    assert client.get(reverse("accounts:people"), query).status_code == 200


def test_the_list_can_be_narrowed(client) -> None:
    made = make_engagement(client=make_client("Northwind"), name="alpha")
    make_engagement(client=make_client("Contoso"), name="beta")
    services.set_stage(by=None, engagement=made, stage="pilot")
    client.force_login(make_user(Role.ADMIN))
    for query in ({"q": "NORTH"}, {"q": "alpha"}, {"stage": "pilot"}):
        text = client.get(reverse("engagements:list"), query).content.decode()
        assert "alpha" in text
        assert "beta" not in text


def test_a_manager_makes_an_engagement_and_finds_it(client) -> None:
    client.force_login(make_user(Role.MANAGER))
    answer = client.post(reverse("engagements:new"), {"client": "Northwind", "name": "triage"}, follow=True)
    assert "triage" in answer.content.decode()
    assert answer.redirect_chain


def test_the_lead_adds_and_removes_members(client) -> None:
    lead, other = make_member(make_engagement(), MemberRole.LEAD), make_user(name="Bob Builder")
    engagement = lead.engagement
    client.force_login(lead.user)
    data = {"user": str(other.pk), "role": "engineer"}
    answer = client.post(reverse("engagements:member-add", args=[engagement.pk]), data, follow=True)
    assert "Bob Builder is on this engagement" in answer.content.decode()
    member = Member.objects.get(user=other)
    client.post(reverse("engagements:member-remove", args=[engagement.pk, member.pk]))
    assert not Member.objects.filter(user=other).exists()


def test_a_lead_removes_nobody_from_another_engagement(client) -> None:
    lead, foreign = make_member(make_engagement(), MemberRole.LEAD), make_member(make_engagement())
    client.force_login(lead.user)
    address = reverse("engagements:member-remove", args=[lead.engagement_id, foreign.pk])
    assert client.post(address).status_code == 404
    assert Member.objects.filter(pk=foreign.pk).exists()


def test_a_refused_member_is_explained_at_the_form(client) -> None:
    engagement, viewer = make_engagement(), make_user(Role.CLIENT)
    client.force_login(make_user(Role.ADMIN))
    data = {"user": str(viewer.pk), "role": "lead"}
    answer = client.post(reverse("engagements:member-add", args=[engagement.pk]), data)
    assert answer.status_code == 409
    assert "can only be a viewer" in answer.content.decode()


def test_client_viewers_get_neither_members_nor_history(client) -> None:
    engagement = make_engagement()
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    text = page(client, viewer, engagement.get_absolute_url())
    assert "Members" not in text
    for name in ("members", "events"):
        assert client.get(reverse(f"engagements:{name}", args=[engagement.pk])).status_code == 403


def test_history_tells_what_happened_newest_first(client) -> None:
    engagement = make_engagement()
    services.set_stage(by=None, engagement=engagement, stage="pilot")
    text = page(client, make_user(Role.ADMIN), reverse("engagements:events", args=[engagement.pk]))
    assert text.index("Engagement stage set") < text.index("Engagement created")


def test_a_registered_panel_is_shown_to_its_audience_only(client, monkeypatch) -> None:
    monkeypatch.setattr(panels, "_panels", {})
    panels.register(
        10,
        "stub",
        "components/empty.html",
        lambda request, engagement: {"title": f"Panel of {engagement.name}"},
        audience={Role.FDE},
    )
    engagement = make_engagement(name="triage")
    fde = make_member(engagement).user
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    assert "Panel of triage" in page(client, fde, engagement.get_absolute_url())
    assert "Panel of triage" not in page(client, viewer, engagement.get_absolute_url())


def test_a_registered_column_is_asked_once_a_page(client, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(panels, "_columns", {})

    def facts(engagements):
        asked.append(len(engagements))
        return {engagement.pk: f"<{engagement.name}>" for engagement in engagements}

    panels.register_column(1, "Stub", facts)
    for name in ("one", "two"):
        make_engagement(name=name)
    text = page(client, make_user(Role.ADMIN), reverse("engagements:list"))
    assert asked == [2]
    assert "&lt;one&gt;" in text


def test_a_registered_tab_leads_its_audience_to_its_page_and_is_marked_there(client, monkeypatch) -> None:
    monkeypatch.setattr(panels, "_tabs", {"Overview": panels._tabs["Overview"]})
    panels.register_tab(5, "Stub", "engagements:edit", audience={Role.FDE}, covers=["engagements:events"])
    panels.register_tab(9, "Early", "engagements:members", group="People")
    engagement = make_engagement()
    lead = make_member(engagement, MemberRole.LEAD).user
    events = reverse("engagements:events", args=[engagement.pk])
    tab = f'<a href="{reverse("engagements:edit", args=[engagement.pk])}" aria-current="page">Stub'
    shown = " ".join(page(client, lead, events).split())
    assert tab in shown
    assert shown.index(">Overview<") < shown.index(">People<") < shown.index(">Stub<")
    assert ">Stub" not in page(client, make_user(Role.ADMIN), events)


def test_tabs_stand_in_groups_of_which_the_current_one_is_open(client, monkeypatch) -> None:
    monkeypatch.setattr(panels, "_tabs", {})
    for order, name, route, group in (
        (3, "Second", "engagements:events", "Log"),
        (1, "Whole", "engagements:detail", "Overview"),
        (2, "First", "engagements:members", "Log"),
    ):
        panels.register_tab(order, name, route, group=group, kinds=["risk"] if name == "First" else ())
    engagement = make_engagement()
    admin = make_user(Role.ADMIN)
    members, events = (reverse(f"engagements:{name}", args=[engagement.pk]) for name in ("members", "events"))
    shown = " ".join(page(client, admin, events).split())
    assert f'<a href="{members}" aria-current="true">Log</a>' in shown
    assert f'<a href="{members}">First</a><a href="{events}" aria-current="page">Second</a>' in shown
    closed = " ".join(page(client, admin, engagement.get_absolute_url()).split())
    assert f'<a href="{members}">Log</a>' in closed
    assert "Second" not in closed


def test_the_engagements_are_searched_while_typing(client) -> None:
    make_engagement(name="alpha")
    make_engagement(name="beta")
    client.force_login(make_user(Role.ADMIN))
    headers = {"HX-Request": "true", "HX-Target": "engagements"}
    text = client.get(reverse("engagements:list"), {"q": "alp"}, headers=headers).content.decode()
    assert "alpha" in text
    assert "beta" not in text
    assert "<html" not in text


def test_an_engagement_gets_another_name_of_its_own(client) -> None:
    member = make_member(make_engagement(name="before"), MemberRole.LEAD)
    make_engagement(client=member.engagement.client, name="taken")
    client.force_login(member.user)
    address = reverse("engagements:edit", args=[member.engagement_id])
    kept = {"starts_on": str(member.engagement.starts_on), "version": "1"}
    refused = client.post(address, {**kept, "name": "TAKEN"}).content.decode()
    assert "has an engagement taken already" in refused
    assert 'value="TAKEN"' in refused
    text = client.post(address, {**kept, "name": "after"}, follow=True).content.decode()
    assert "after" in text
    told = Event.objects.get(subject_id=member.engagement_id, verb="changed")
    assert (told.data["before"], told.data["after"]) == ({"name": "before"}, {"name": "after"})
