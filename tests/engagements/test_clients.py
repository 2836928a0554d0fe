"""Clients: who sees them, and what can be done to their names."""

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import panels, services
from apps.engagements.models import Client
from tests.factories import make_client, make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db


def page(browser, address: str, **query: str) -> str:
    return browser.get(address, query).content.decode()


def test_an_fde_sees_the_clients_of_their_engagements_and_of_these_only_theirs(client) -> None:
    mine = make_engagement(client=make_client("Mine Ltd"), name="my work")
    make_engagement(client=mine.client, name="secret work")
    other = make_client("Secret Ltd")
    client.force_login(make_member(mine).user)
    listed = page(client, reverse("clients:list"))
    assert "Mine Ltd" in listed
    assert "Secret" not in listed
    assert '<td class="num">1</td>' in listed
    detail = page(client, mine.client.get_absolute_url())
    assert "my work" in detail
    assert "secret work" not in detail
    assert client.get(other.get_absolute_url()).status_code == 404


def test_whoever_is_taken_off_an_engagement_loses_its_client(client) -> None:
    member = make_member(make_engagement())
    client.force_login(member.user)
    address = member.engagement.client.get_absolute_url()
    assert client.get(address).status_code == 200
    services.remove_member(by=None, member=member)
    assert client.get(address).status_code == 404


def test_client_viewers_have_no_business_with_clients(client) -> None:
    engagement = make_engagement()
    viewer = make_member(engagement, "viewer", user=make_user(Role.CLIENT)).user
    client.force_login(viewer)
    for address in (reverse("clients:list"), engagement.client.get_absolute_url()):
        assert client.get(address).status_code == 403
    assert reverse("clients:list") not in page(client, engagement.get_absolute_url())


def test_the_lists_number_of_queries_does_not_grow(client, django_assert_max_num_queries) -> None:
    for number in range(60):
        make_engagement(client=make_client(f"Client {number:02d}"))
    client.force_login(make_user(Role.MANAGER))
    with django_assert_max_num_queries(8):
        text = page(client, reverse("clients:list"))
    assert "1–50 of 60" in text
    with django_assert_max_num_queries(10):
        client.get(Client.objects.first().get_absolute_url())


@pytest.mark.parametrize("query", ["\0", "%", "x" * 10_000, "<b>", "\u202e"])
def test_a_nonsense_search_finds_nothing_and_says_so(client, query: str) -> None:
    make_client("Northwind")
    client.force_login(make_user(Role.ADMIN))
    answer = client.get(reverse("clients:list"), {"q": query})
    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode()


def test_the_list_is_searched_while_typing(client) -> None:
    make_client("Northwind")
    make_client("Contoso")
    client.force_login(make_user(Role.ADMIN))
    headers = {"HX-Request": "true", "HX-Target": "clients"}
    text = client.get(reverse("clients:list"), {"q": "NORTH"}, headers=headers).content.decode()
    assert "Northwind" in text
    assert "Contoso" not in text
    assert "<html" not in text


def test_a_client_is_made_on_its_own_and_sending_twice_makes_one(client) -> None:
    client.force_login(make_user(Role.MANAGER))
    for _ in range(2):
        answer = client.post(reverse("clients:new"), {"name": "  Northwind   Bank "})
        assert answer["Location"] == Client.objects.get().get_absolute_url()
    assert Client.objects.get().name == "Northwind Bank"
    assert Event.objects.filter(verb="created", subject_type="client").count() == 1


def test_an_engagement_is_made_from_its_clients_page(client) -> None:
    made = make_client("A & B")
    client.force_login(make_user(Role.ADMIN))
    assert "/engagements/new/?client=A%20%26%20B" in page(client, made.get_absolute_url())
    form = page(client, reverse("engagements:new"), client="A & B")
    assert 'value="A &amp; B"' in form
    client.post(reverse("engagements:new"), {"client": "a & b", "name": "triage"})
    assert made.engagements.get().name == "triage"


def test_renaming_is_written_down_and_shown(client) -> None:
    made = make_client("Before")
    client.force_login(make_user(Role.ADMIN))
    data = {"name": "After", "version": "1"}
    assert "After" in client.post(reverse("clients:edit", args=[made.pk]), data, follow=True).content.decode()
    assert Event.objects.get(verb="renamed").data == {"before": "Before", "after": "After"}


def test_a_name_is_one_clients() -> None:
    make_client("Northwind")
    other = make_client("Contoso")
    with pytest.raises(Refused, check=lambda error: (error.code, error.field) == ("name_taken", "name")):
        services.rename_client(by=None, client=other, name="NORTHWIND")
    services.rename_client(by=None, client=other, name="CONTOSO")
    other.refresh_from_db()
    assert (other.name, other.slug) == ("CONTOSO", "contoso")


def test_fdes_neither_make_nor_rename_clients(client) -> None:
    member = make_member(make_engagement(), "lead")
    client.force_login(member.user)
    for address in (reverse("clients:new"), reverse("clients:edit", args=[member.engagement.client_id])):
        assert client.post(address, {"name": "x", "version": "1"}).status_code == 403
    assert "New client" not in page(client, reverse("clients:list"))


def test_a_registered_panel_is_shown_on_every_clients_page_to_its_audience(client, monkeypatch) -> None:
    monkeypatch.setattr(panels, "_client_panels", {})
    panels.register_client_panel(
        10,
        "stub",
        "components/empty.html",
        lambda request, shown: {"title": f"Sites of {shown.name}"},
        {Role.ADMIN},
    )
    engagement = make_engagement(client=make_client("Northwind"))
    client.force_login(make_user(Role.ADMIN))
    assert "Sites of Northwind" in page(client, engagement.client.get_absolute_url())
    client.force_login(make_member(engagement).user)
    assert "Sites of Northwind" not in page(client, engagement.client.get_absolute_url())
