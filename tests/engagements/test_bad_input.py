"""Whatever is typed into a form, it answers beside the field, keeps what was typed, and never fails."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements import services
from apps.engagements.models import Client, Engagement, Invitation, Member, MemberRole
from tests.factories import PASSWORD, make_client, make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db

LONG = "x" * 10_000
MARKUP = "<script>alert(1)</script>"
RIGHT_TO_LEFT = "\u202eمستشفى"
HTMX = {"HX-Request": "true"}


@dataclass
class Place:
    """A form with data that it takes, and what tells whether it has written."""

    browser: Browser
    address: str
    data: dict[str, str]
    written: Callable[[], Any]
    prefix: str = "id_"

    def send(self, headers: dict[str, str] | None = None, **changes: str):
        return self.browser.post(self.address, {**self.data, **changes}, headers=headers or {})


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def client_new() -> Place:
    return Place(
        signed_in(make_user(Role.MANAGER)),
        reverse("clients:new"),
        {"name": "Northwind"},
        Client.objects.count,
    )


def client_edit() -> Place:
    made = make_client("Before")
    return Place(
        signed_in(make_user(Role.MANAGER)),
        reverse("clients:edit", args=[made.pk]),
        {"name": "After", "version": "1"},
        lambda: Client.objects.get(pk=made.pk).name,
    )


def engagement_new() -> Place:
    data = {"client": "Northwind", "name": "triage"}
    return Place(
        signed_in(make_user(Role.MANAGER)), reverse("engagements:new"), data, Engagement.objects.count
    )


def engagement_edit() -> Place:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    return Place(
        signed_in(lead.user),
        reverse("engagements:edit", args=[lead.engagement_id]),
        {"name": "After", "starts_on": "2026-03-01", "budget_minutes": "10h", "version": "1"},
        lambda: Engagement.objects.get(pk=lead.engagement_id).name,
    )


def member_add() -> Place:
    lead, other = make_member(make_engagement(), MemberRole.LEAD), make_user()
    return Place(
        signed_in(lead.user),
        reverse("engagements:member-add", args=[lead.engagement_id]),
        {"user": str(other.pk), "role": "engineer"},
        Member.objects.count,
    )


def invite() -> Place:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    return Place(
        signed_in(lead.user),
        reverse("engagements:invite", args=[lead.engagement_id]),
        {"email": "new@example.com", "role": "viewer", "account_role": "client"},
        Invitation.objects.count,
        prefix="invite_",
    )


def join() -> Place:
    issued = services.invite(by=None, engagement=make_engagement(), email="new@example.com", role="viewer")
    return Place(
        Browser(),
        reverse("engagements:invitation", args=[issued.token]),
        {"name": "Nell", "password": PASSWORD},
        User.objects.count,
    )


def person_new() -> Place:
    data = {"name": "Nell", "email": "new@example.com", "role": "fde"}
    return Place(signed_in(make_user(Role.ADMIN)), reverse("accounts:person-new"), data, User.objects.count)


PLACES = (
    client_new,
    client_edit,
    engagement_new,
    engagement_edit,
    member_add,
    invite,
    join,
    person_new,
)
# Every field with what it must refuse. A name may hold markup and any script; it is shown, never obeyed.
NAMES = {
    client_new: ["name"],
    client_edit: ["name"],
    engagement_new: ["client", "name"],
    engagement_edit: ["name"],
    join: ["name"],
    person_new: ["name"],
}
STRICT = {
    member_add: ["user", "role"],
    invite: ["email", "role", "account_role"],
    person_new: ["email", "role"],
}
UNKEPT = ("", "   ", LONG, "a\x00b", "\x1b[31m", "\ud7ff\x07")
REFUSED = [(place, field, typed) for place, fields in NAMES.items() for field in fields for typed in UNKEPT]
REFUSED += [
    (place, field, typed)
    for place, fields in STRICT.items()
    for field in fields
    for typed in (*UNKEPT, MARKUP, RIGHT_TO_LEFT, "-1")
]
REFUSED += [(join, "password", typed) for typed in ("", "short", "12345678", LONG)]


def error_at(text: str, field: str) -> str:
    """The message that stands beside a field."""
    found = re.search(rf'id="{field}_error".*?</p>', text, re.DOTALL)
    return found.group() if found else ""


@pytest.mark.parametrize(("make", "field", "typed"), REFUSED)
def test_what_cannot_be_kept_is_refused_beside_the_field(make, field: str, typed: str) -> None:
    place = make()
    before = place.written()
    answer = place.send(**{field: typed})
    text = answer.content.decode()
    assert answer.status_code in {200, 409}
    assert error_at(text, place.prefix + field), text
    assert place.written() == before
    assert MARKUP not in text


@pytest.mark.parametrize(("make", "field", "typed"), [case for case in REFUSED if case[1] != "password"])
def test_the_same_is_said_as_soon_as_the_field_is_left(make, field: str, typed: str) -> None:
    place = make()
    before = place.written()
    answer = place.send({**HTMX, "HX-Target": f"{place.prefix}{field}_check"}, **{field: typed})
    assert answer.status_code == 200
    assert error_at(answer.content.decode(), place.prefix + field)
    assert "<html" not in answer.content.decode()
    assert place.written() == before


@pytest.mark.parametrize("make", PLACES)
def test_a_check_of_what_is_right_says_nothing_and_writes_nothing(make) -> None:
    place = make()
    before = place.written()
    for field in place.data:
        if field not in {"password", "version"}:
            answer = place.send({**HTMX, "HX-Target": f"{place.prefix}{field}_check"})
            assert answer.content.decode().strip() == "", field
    assert place.written() == before


@pytest.mark.parametrize("make", PLACES)
def test_the_same_form_without_a_check_is_taken(make) -> None:
    place = make()
    before = place.written()
    assert place.send().status_code in {200, 302}
    assert place.written() != before


@pytest.mark.parametrize(
    ("make", "field"), [(make, field) for make, fields in NAMES.items() for field in fields]
)
def test_other_fields_keep_what_was_typed(make, field: str) -> None:
    place = make()
    others = {name: value for name, value in place.data.items() if name not in {field, "password"}}
    text = html.unescape(place.send(**{field: ""}).content.decode())
    for value in others.values():
        assert f'value="{value}"' in text


@pytest.mark.parametrize("typed", [MARKUP, RIGHT_TO_LEFT, "o'\"&amp;", "🚀"])
@pytest.mark.parametrize("make", [make for make in NAMES if make is not join])
def test_names_in_any_script_are_kept_as_typed_and_shown_as_text(make, typed: str) -> None:
    place = make()
    answer = place.browser.post(place.address, {**place.data, "name": typed}, follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert html.escape(typed) in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("make", PLACES)
def test_a_form_sent_twice_does_it_once(make) -> None:
    place = make()
    assert place.send().status_code in {200, 302}
    after = place.written()
    assert place.send().status_code < 500
    people = User.objects.filter(email="new@example.com").count()
    assert people <= 1
    open_invitations = Invitation.objects.filter(accepted_at=None, withdrawn_at=None).count()
    assert open_invitations <= 1
    if make is not invite:
        assert place.written() == after


@pytest.mark.parametrize("make", [engagement_edit, member_add, invite])
def test_a_form_sent_after_the_membership_was_revoked_finds_nothing(make) -> None:
    place = make()
    Member.objects.filter(role=MemberRole.LEAD).delete()
    before = place.written()
    assert place.send().status_code == 404
    assert place.send({**HTMX, "HX-Target": f"{place.prefix}name_check"}).status_code == 404
    assert place.written() == before


@pytest.mark.parametrize("make", [client_edit, engagement_edit])
def test_a_form_of_a_version_that_has_passed_keeps_what_was_typed_and_goes_through_the_second_time(
    make,
) -> None:
    place = make()
    for model in (Client, Engagement):
        model.objects.update(name="Theirs", version=5)
    answer = place.send(name="Mine")
    text = html.unescape(answer.content.decode())
    assert place.written() == "Theirs"
    assert 'value="Mine"' in text
    assert "Meanwhile this became “Theirs”" in error_at(text, "id_name")
    assert "Somebody else has changed this" in text
    version = re.search(r'name="version" value="(\d+)"', text).group(1)
    assert place.send(name="Mine", version=version).status_code == 302
    assert place.written() == "Mine"
