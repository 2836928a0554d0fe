"""The forms about people: beside the field, nothing lost, never a failure."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MARKUP = "<script>alert(1)</script>"
UNKEPT = ("", "  ", "x" * 10_000, "a\x00b", "\x1b[31m")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def error_at(text: str, field: str) -> str:
    found = re.search(rf'id="id_{field}_error".*?</p>', text, re.DOTALL)
    return found.group() if found else ""


@pytest.mark.parametrize("typed", UNKEPT)
@pytest.mark.parametrize("field", ["name", "timezone"])
def test_a_profile_refuses_what_cannot_be_kept_beside_the_field(field: str, typed: str) -> None:
    person = make_user(name="Ada")
    client = signed_in(person)
    data = {"name": "Ada L", "timezone": "UTC", "version": "1", field: typed}
    answer = client.post(reverse("accounts:profile"), data)
    assert (answer.status_code, bool(error_at(answer.content.decode(), field))) == (200, True)
    headers = {**HTMX, "HX-Target": f"id_{field}_check"}
    check = client.post(reverse("accounts:profile"), data, headers=headers).content.decode()
    assert error_at(check, field)
    assert "<html" not in check
    person.refresh_from_db()
    assert person.name == "Ada"


@pytest.mark.parametrize("typed", [MARKUP, "\u202eمستشفى", "Zoë 🚀"])
def test_a_name_in_any_script_is_kept_as_typed_and_shown_as_text(typed: str) -> None:
    person = make_user()
    data = {"name": typed, "timezone": "UTC", "version": "1"}
    text = signed_in(person).post(reverse("accounts:profile"), data, follow=True).content.decode()
    assert html.escape(typed) in text
    assert MARKUP not in text
    assert User.objects.get().name == typed


def test_a_profile_sent_from_a_page_that_is_out_of_date_loses_nothing() -> None:
    person = make_user(name="Ada")
    client = signed_in(person)
    data = {"timezone": "UTC", "version": "1"}
    assert client.post(reverse("accounts:profile"), {**data, "name": "Here"}).status_code == 302
    assert client.post(reverse("accounts:profile"), {**data, "name": "Here"}).status_code == 302, "sent twice"
    text = html.unescape(client.post(reverse("accounts:profile"), {**data, "name": "There"}).content.decode())
    assert "Meanwhile this became “Here”" in error_at(text, "name")
    assert 'value="There"' in text
    person.refresh_from_db()
    assert person.name == "Here"
    version = re.search(r'name="version" value="(\d+)"', text).group(1)
    client.post(reverse("accounts:profile"), {**data, "name": "There", "version": version})
    person.refresh_from_db()
    assert person.name == "There"


def test_of_two_administrators_who_change_a_role_the_second_is_told() -> None:
    person = make_user(Role.FDE)
    client = signed_in(make_user(Role.ADMIN))
    address = reverse("accounts:person-role", args=[person.pk])
    assert client.post(address, {"role": "manager", "version": "1"}).status_code == 302
    answer = client.post(address, {"role": "client", "version": "1"})
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Meanwhile this became “Manager”" in error_at(text, "role")
    person.refresh_from_db()
    assert person.role == Role.MANAGER


@pytest.mark.parametrize("role", ["", "king", "\x00", "x" * 10_000, MARKUP])
def test_an_unknown_role_is_refused_beside_the_field(role: str) -> None:
    person = make_user(Role.FDE)
    client = signed_in(make_user(Role.ADMIN))
    answer = client.post(reverse("accounts:person-role", args=[person.pk]), {"role": role, "version": "1"})
    assert answer.status_code == 409
    assert error_at(answer.content.decode(), "role")
    assert MARKUP not in answer.content.decode()


def test_deactivating_is_asked_for_first() -> None:
    person = make_user(name="Bob Builder")
    client = signed_in(make_user(Role.ADMIN))
    address = reverse("accounts:person-deactivate", args=[person.pk])
    assert "Deactivate Bob Builder?" in client.get(address).content.decode()
    dialog = client.get(address, headers={**HTMX, "HX-Target": "dialog"}).content.decode()
    assert ("<html" in dialog, "Deactivate Bob Builder?" in dialog) == (False, True)
    person.refresh_from_db()
    assert person.is_active
    client.post(address)
    person.refresh_from_db()
    assert not person.is_active


def test_people_are_searched_while_typing() -> None:
    make_user(name="Bob Builder")
    client = signed_in(make_user(Role.ADMIN, name="Ada"))
    headers = {**HTMX, "HX-Target": "people"}
    text = client.get(reverse("accounts:people"), {"q": "buil"}, headers=headers).content.decode()
    assert "Bob Builder" in text
    assert "<html" not in text
    assert "Ada" not in text


@pytest.mark.parametrize("field", ["name", "email"])
def test_the_first_administrator_is_told_while_typing_and_nobody_is_made(field: str) -> None:
    data = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD, field: "\x00"}
    headers = {**HTMX, "HX-Target": f"id_{field}_check"}
    text = Client().post(reverse("accounts:first-administrator"), data, headers=headers).content.decode()
    assert error_at(text, field)
    assert not User.objects.exists()


def test_a_password_is_not_sent_before_the_form_is() -> None:
    """Its field carries no check; the others do."""
    text = Client().get(reverse("accounts:first-administrator")).content.decode()
    fields = re.split(r'<div class="field ', text)[1:]
    checked = ["hx-post" in field.split(">", 1)[0] for field in fields]
    assert checked == [True, True, False]
