"""A form that cannot be taken any more gives back what was typed, and says no more than it ever did."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, MemberRole
from apps.engagements.services import items
from apps.engagements.services.registers.actions import add_action
from apps.engagements.services.removal import remove_engagement
from apps.scoping import services as scoping
from tests.factories import PASSWORD, make_engagement, make_member, make_user
from tests.factories.browsing import sent_of
from tests.factories.gates import gate_of

pytestmark = pytest.mark.django_db
WORDS = "They answered on Tuesday:\r\nno & never"
SHOWN = "They answered on Tuesday:\nno &amp; never</textarea>"


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.ENGINEER, user=make_user(name="Maria Lind")).user


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def send(browser: Browser, address: str, data: QueryDict, **headers: str) -> Any:
    return browser.post(
        address, data.urlencode(), content_type="application/x-www-form-urlencoded", headers=headers
    )


def register_form(engagement: Engagement) -> tuple[str, str, Any]:
    action = add_action(by=None, engagement=engagement, title="Ask", due=None)
    return reverse("registers:action-edit", args=[action.pk]), "text", action


def scoping_form(engagement: Engagement) -> tuple[str, str, Any]:
    case = scoping.write_use_case(by=None, engagement=engagement, title="Letters")
    return reverse("scoping:use-case-problem", args=[case.pk]), "real_problem", case


def comment_form(engagement: Engagement) -> tuple[str, str, Any]:
    action = add_action(by=None, engagement=engagement, title="Ask", due=None)
    return reverse("items:comments", args=[action.pk]), "text", action


def gate_form(engagement: Engagement) -> tuple[str, str, Any]:
    return reverse("gates:decide", args=[gate_of(engagement).pk]), "reason", None


def removed(engagement: Engagement, maria: User, item: Any) -> None:
    items.remove(by=None, item=item)


def became_stranger(engagement: Engagement, maria: User, item: Any) -> None:
    engagement.members.all().delete()


def engagement_removed(engagement: Engagement, maria: User, item: Any) -> None:
    remove_engagement(by=None, engagement=engagement)


def role_lowered(engagement: Engagement, maria: User, item: Any) -> None:
    engagement.members.update(role=MemberRole.VIEWER)


def became_client(engagement: Engagement, maria: User, item: Any) -> None:
    User.objects.filter(pk=maria.pk).update(role=Role.CLIENT)


CASES = [
    *(
        (make, what, 404)
        for make in (register_form, scoping_form, comment_form)
        for what in (became_stranger,)
    ),
    *((make, engagement_removed, 404) for make in (register_form, scoping_form, comment_form, gate_form)),
    *((make, role_lowered, 403) for make in (register_form, scoping_form, gate_form)),
    *((make, became_client, 403) for make in (register_form, scoping_form, gate_form)),
    (comment_form, became_client, 404),
    (gate_form, became_stranger, 404),
]


@pytest.mark.parametrize(("make", "what", "status"), CASES)
def test_what_was_typed_comes_back_under_the_plain_sentence(
    engagement: Engagement, maria: User, make: Callable[..., Any], what: Callable[..., None], status: int
) -> None:
    address, field, item = make(engagement)
    browser = signed_in(maria)
    data = QueryDict(mutable=True)
    data.update({field: WORDS, "csrfmiddlewaretoken": "Abc" * 20})
    what(engagement, maria, item)
    answer = send(browser, address, data)
    page = answer.content.decode()
    assert answer.status_code == status
    assert SHOWN in page
    assert "AbcAbc" not in page
    assert "Northwind" not in page
    sentence = {
        403: "Your role does not allow this.",
        404: "There is nothing here, or nothing that you may see.",
    }
    assert f"<h1>{sentence[status]}</h1>" in page


@pytest.mark.parametrize("make", [register_form, scoping_form, comment_form])
def test_who_was_at_work_on_what_somebody_removed_is_told_who_did_and_how_to_restore_it(
    engagement: Engagement, maria: User, make: Callable[..., Any]
) -> None:
    address, field, item = make(engagement)
    browser = signed_in(maria)
    data = QueryDict(mutable=True)
    data[field] = WORDS
    items.remove(by=make_user(name="Tom Orr"), item=item)
    answer = send(browser, address, data)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f"<h1>Tom Orr removed {item.reference} just now.</h1>" in page
    assert SHOWN in page
    restore = reverse("items:restore", args=[item.pk])
    assert f'href="{restore}">Restore it</a>' in page
    toast = send(browser, address, data, hx_request="true").content.decode()
    assert f'<a href="{restore}">Restore it</a>' in toast
    engagement.members.update(role=MemberRole.VIEWER)
    page = send(browser, address, data).content.decode()
    assert "Tom Orr removed" in page
    assert restore not in page


def test_a_stranger_and_the_client_are_not_told_that_there_was_something(
    engagement: Engagement, maria: User
) -> None:
    action = add_action(by=None, engagement=engagement, title="Ask", due=None, client_visible=True)
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    items.remove(by=maria, item=action)
    edit, page = (reverse(name, args=[action.pk]) for name in ("registers:action-edit", "items:comments"))
    for user, address in ((make_member(make_engagement()).user, edit), (viewer, page)):
        answer = send(signed_in(user), address, QueryDict("text=Some+words"))
        assert answer.status_code == 404
        assert "<h1>There is nothing here, or nothing that you may see.</h1>" in answer.content.decode()


def test_what_is_gone_and_what_never_was_are_told_alike(engagement: Engagement, maria: User) -> None:
    address, field, item = register_form(engagement)
    engagement.members.all().delete()
    data = QueryDict(mutable=True)
    data[field] = WORDS
    browser = signed_in(maria)
    foreign = send(browser, address, data)
    never = send(browser, address.replace(str(item.pk), "0" * 8 + str(item.pk)[8:]), data)
    assert foreign.status_code == never.status_code == 404
    assert len(foreign.content) == len(never.content)


def test_an_expired_session_keeps_the_text_through_the_sign_in(engagement: Engagement, maria: User) -> None:
    address, field, _ = register_form(engagement)
    browser = signed_in(maria)
    data = sent_of(browser.get(address).content.decode())
    data[field] = WORDS
    browser.logout()
    answer = send(browser, address, data, referer=f"http://testserver{address}")
    page = answer.content.decode()
    assert answer.status_code == 401
    assert SHOWN in page
    assert 'action="/sign-in/"' in page
    sign_in = sent_of(page)
    sign_in.update({"username": maria.email, "password": "wrong one"})
    wrong = send(browser, "/sign-in/", sign_in).content.decode()
    assert SHOWN in wrong
    assert "wrong one" not in wrong
    again = sent_of(wrong)
    again.update({"username": maria.email, "password": PASSWORD})
    right = send(browser, "/sign-in/", again)
    page = right.content.decode()
    assert "You are signed in again" in page
    assert SHOWN in page
    assert f'href="http://testserver{address}"' in page
    assert f'data-typed-for="http://testserver{address}"' in page, "where static/js/typed.js puts it back"
    assert "data-at-once" in page
    assert f'data-typed="{field}" data-first=""' in page, "so that nothing newer is written over"
    assert browser.get(address).status_code == 200
    reloaded = send(browser, "/sign-in/", again)
    assert SHOWN in reloaded.content.decode()


def test_signing_in_without_anything_typed_is_as_ever(maria: User, engagement: Engagement) -> None:
    address, _, _ = register_form(engagement)
    browser = Browser()
    assert browser.post(address).status_code == 302
    answer = browser.post("/sign-in/", {"username": maria.email, "password": PASSWORD, "next": address})
    assert answer["Location"] == address
    assert browser.get("/sign-in/?next=/sign-in/")["Location"] == "/"


def test_the_sign_in_page_leads_nowhere_else(maria: User) -> None:
    data = {
        "typed-text": "two words",
        "next": "https://elsewhere.example/",
        "username": maria.email,
        "password": PASSWORD,
    }
    body = QueryDict(mutable=True)
    body.update(data)
    page = send(Browser(), "/sign-in/", body).content.decode()
    assert "two words" in page
    assert "elsewhere" not in page


def test_a_form_that_has_expired_gives_back_its_text(engagement: Engagement, maria: User) -> None:
    address, field, _ = register_form(engagement)
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(maria)
    data = QueryDict(mutable=True)
    data[field] = WORDS
    answer = send(strict, address, data)
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    back = send(strict, address, data, referer=f"http://testserver{address}").content.decode()
    assert f'href="http://testserver{address}" data-put-back>Open the form again</a>' in back
    assert f'data-typed-for="http://testserver{address}"' in back
    elsewhere = send(strict, address, data, referer="https://elsewhere.example/").content.decode()
    assert "elsewhere" not in elsewhere
    assert SHOWN in answer.content.decode()
