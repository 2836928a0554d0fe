"""The pages of tokens: shown once, seen by whom they concern, and revoked in one click."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements.models import MemberRole
from apps.tokens.models import Token
from apps.tokens.rules import text
from tests.factories import make_engagement, make_member, make_user
from tests.factories.tokens import make_token

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"fw_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")
HTMX = {"HX-Request": "true"}
SENT = {"name": "laptop", "scopes": ["log:read", "log:write"], "days": "30"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_a_token_is_shown_once_and_never_again() -> None:
    person = make_user()
    browser = signed_in(person)
    answer = browser.post(reverse("tokens:new"), SENT)
    shown = TOKEN.search(body(answer))
    assert shown
    assert text.parse(shown.group())
    assert "no-store" in answer["Cache-Control"]
    token = Token.objects.get()
    assert (token.user, token.name, token.scopes) == (person, "laptop", ["log:read", "log:write"])
    listed = body(browser.get(reverse("tokens:list")))
    assert token.mark in listed
    assert not TOKEN.search(listed)
    assert text.parse(shown.group()).secret not in listed  # type: ignore[union-attr]
    assert shown.group() not in str([event.data for event in Event.objects.all()])
    assert all(shown.group() not in str(value) for value in browser.session.values())


def test_sending_the_form_twice_makes_one_token_and_says_so() -> None:
    browser = signed_in(make_user())
    browser.post(reverse("tokens:new"), SENT)
    again = browser.post(reverse("tokens:new"), SENT)
    assert "laptop already" in body(again)
    assert not TOKEN.search(body(again))
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 5000}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything", "\0"]}, "scopes"),
        ({"days": "never"}, "days"),
        ({"days": "36500"}, "days"),
        ({"days": "9" * 5000}, "days"),
        ({"limited_to": "nonsense"}, "limited_to"),
        ({"limited_to": "\0"}, "limited_to"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(changed: dict, field: str) -> None:
    browser = signed_in(make_user())
    sent = {**SENT, "name": "kept as typed", **changed}
    answer = browser.post(reverse("tokens:new"), sent)
    assert f'id="id_{field}_error"' in body(answer), body(answer)
    assert field == "name" or "kept as typed" in body(answer)
    check = browser.post(reverse("tokens:new"), sent, headers={**HTMX, "HX-Target": f"id_{field}_check"})
    assert f'id="id_{field}_error"' in body(check)
    assert "<html" not in body(check)
    assert not Token.objects.exists()


def test_checking_a_field_makes_no_token() -> None:
    browser = signed_in(make_user())
    browser.post(reverse("tokens:new"), SENT, headers={**HTMX, "HX-Target": "id_name_check"})
    assert not Token.objects.exists()


def test_a_token_can_be_limited_to_an_engagement_that_one_sees_and_to_no_other() -> None:
    member, foreign = make_member(make_engagement(name="Seen")), make_engagement(name="Unseen")
    browser = signed_in(member.user)
    form = body(browser.get(reverse("tokens:new")))
    assert ("Seen" in form, "Unseen" in form) == (True, False)
    answer = browser.post(reverse("tokens:new"), {**SENT, "limited_to": str(foreign.pk)})
    assert 'id="id_limited_to_error"' in body(answer)
    browser.post(reverse("tokens:new"), {**SENT, "limited_to": str(member.engagement_id)})
    assert Token.objects.get().limited_to == member.engagement


def test_client_viewers_are_offered_what_they_can_use() -> None:
    viewer = make_member(make_engagement(), MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    form = body(signed_in(viewer).get(reverse("tokens:new")))
    assert ("log:read" in form, "log:write" in form) == (True, False)


def test_everybody_sees_their_own_tokens_alone() -> None:
    mine, theirs = make_token(make_user(), name="mine").token, make_token(make_user(), name="theirs").token
    page = body(signed_in(mine.user).get(reverse("tokens:list")))  # type: ignore[arg-type]
    assert (mine.mark in page, theirs.mark in page, "theirs" in page) == (True, False, False)


def test_the_profile_leads_to_the_tokens() -> None:
    assert reverse("tokens:list") in body(signed_in(make_user(Role.CLIENT)).get(reverse("accounts:profile")))


def test_revoking_asks_once_and_is_done() -> None:
    token = make_token(make_user(), name="laptop").token
    browser = signed_in(token.user)  # type: ignore[arg-type]
    revoke = reverse("tokens:revoke", args=[token.pk])
    asked = browser.get(revoke, headers={**HTMX, "HX-Target": "dialog"})
    assert "Revoke laptop?" in body(asked)
    assert Token.objects.get().revoked_at is None
    answer = browser.post(revoke, follow=True)
    assert "laptop is revoked." in body(answer)
    assert Token.objects.get().state == "revoked"
    assert "Revoked" in body(browser.get(reverse("tokens:list")))
    assert browser.post(revoke).status_code == 302


def test_somebody_elses_token_is_not_there_to_be_revoked() -> None:
    token = make_token(make_user()).token
    for person in (make_user(), make_user(Role.MANAGER), make_user(Role.CLIENT)):
        assert signed_in(person).post(reverse("tokens:revoke", args=[token.pk])).status_code == 404
    assert Token.objects.get().revoked_at is None


def test_leads_make_the_engagements_tokens_and_engineers_see_them() -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    engineer = make_member(lead.engagement).user
    new, tab = (
        reverse(name, args=[lead.engagement_id]) for name in ("tokens:engagement-new", "tokens:engagement")
    )
    sent = {**SENT, "name": "nightly"}
    assert signed_in(engineer).post(new, sent).status_code == 403
    answer = signed_in(lead.user).post(new, sent)
    assert TOKEN.search(body(answer))
    token = Token.objects.get()
    assert (token.engagement, token.user, token.created_by) == (lead.engagement, None, lead.user)
    revoke = reverse("tokens:revoke", args=[token.pk])
    for person, may in ((lead.user, True), (engineer, False)):
        page = body(signed_in(person).get(tab))
        assert "nightly" in page
        assert (revoke in page, new in page) == (may, may)
    assert signed_in(engineer).post(revoke).status_code == 404
    assert signed_in(lead.user).post(revoke)["Location"] == tab
    assert Token.objects.get().state == "revoked"


def test_client_viewers_learn_nothing_of_the_engagements_tokens() -> None:
    viewer = make_member(make_engagement(), MemberRole.VIEWER, user=make_user(Role.CLIENT))
    token = make_token(viewer.engagement, name="nightly").token
    browser = signed_in(viewer.user)
    tab = reverse("tokens:engagement", args=[viewer.engagement_id])
    assert browser.get(tab).status_code == 403
    assert browser.get(reverse("tokens:revoke", args=[token.pk])).status_code == 404
    page = body(browser.get(viewer.engagement.get_absolute_url()))
    assert tab not in page


def test_administrators_see_everybodys_tokens_and_revoke_them() -> None:
    own, shared = (
        make_token(make_user(), name="laptop").token,
        make_token(make_engagement(), name="nightly").token,
    )
    browser, address = signed_in(make_user(Role.ADMIN)), reverse("tokens:everybodys")
    page = body(browser.get(address))
    assert own.mark in page
    assert shared.mark in page
    rows = browser.get(f"{address}?whose=engagement", headers={**HTMX, "HX-Target": "tokens"})
    assert ("laptop" in body(rows), "nightly" in body(rows), "<html" in body(rows)) == (False, True, False)
    assert "No token fits" in body(browser.get(f"{address}?q=nothing-like-it%00"))
    for token in (own, shared):
        assert browser.post(reverse("tokens:revoke", args=[token.pk]))["Location"] == address
        assert Token.objects.get(pk=token.pk).state == "revoked"
    assert signed_in(make_user(Role.MANAGER)).get(address).status_code == 403


def test_markup_in_a_name_is_text() -> None:
    person = make_user()
    make_token(person, name="<script>alert(1)</script>")
    page = signed_in(person).get(reverse("tokens:list")).content.decode()
    assert "<script>alert(1)" not in page
    assert html.escape("<script>alert(1)</script>") in page
