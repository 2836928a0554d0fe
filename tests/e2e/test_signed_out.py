"""A session that ends while somebody types, in a browser."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from apps.accounts.models import User
from apps.engagements.models import Action, Engagement, MemberRole
from apps.engagements.services.registers.actions import add_action, change_action
from tests.factories import PASSWORD, make_engagement, make_member, make_user

from .browser import Visitor, visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "They answered:\n“not before June”"


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Maria Lind")).user


def typing(someone: Visitor, maria: User, engagement: Engagement) -> None:
    someone.sign_in(maria)
    someone.visit(reverse("registers:action-new", args=[engagement.pk]))
    someone.page.fill("[name=title]", "Call them")
    someone.page.fill("[name=text]", WORDS)
    someone.page.focus("[name=title]")
    someone.page.wait_for_load_state("networkidle")  # each field that is left is checked
    Session.objects.all().delete()


def sign_in_again(someone: Visitor, maria: User) -> None:
    page = someone.page
    page.wait_for_selector("text=You were signed out")
    assert WORDS in [box.input_value() for box in page.query_selector_all("textarea")]
    page.fill("[name=username]", maria.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def is_back_in_the_form(someone: Visitor, maria: User, title: str) -> None:
    page = someone.page
    page.wait_for_selector("text=What you typed before is in the form again")
    assert page.url.endswith(reverse("registers:action-new", args=[maria.memberships.get().engagement_id]))
    assert (page.input_value("[name=title]"), page.input_value("[name=text]")) == (title, WORDS)


def is_given_back(someone: Visitor, maria: User) -> None:
    page = someone.page
    page.wait_for_selector("text=You are signed in again")
    assert WORDS in [box.input_value() for box in page.query_selector_all("textarea")]
    form = reverse("registers:action-new", args=[maria.memberships.get().engagement_id])
    assert str(page.get_attribute("text=Open the form", "href")).endswith(form)


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_when_it_ended_comes_back_after_signing_in(
    browser, live_server, engagement: Engagement, maria: User, scripts: bool
) -> None:
    someone = visitor(browser, live_server.url, java_script_enabled=scripts)
    typing(someone, maria, engagement)
    someone.page.click("text=Keep action")
    sign_in_again(someone, maria)
    if scripts:
        is_back_in_the_form(someone, maria, "Call them")
    else:
        is_given_back(someone, maria)
    assert not Action.objects.exists()
    someone.context.close()


def test_whatever_htmx_asks_for_takes_it_along(
    browser, live_server, engagement: Engagement, maria: User
) -> None:
    someone = visitor(browser, live_server.url)
    typing(someone, maria, engagement)
    someone.page.fill("[name=title]", "Call them again")
    someone.page.evaluate("document.activeElement.blur()")
    sign_in_again(someone, maria)
    is_back_in_the_form(someone, maria, "Call them again")
    someone.context.close()


def test_what_does_not_fit_into_the_form_any_more_is_left_to_be_copied(
    browser, live_server, engagement: Engagement, maria: User
) -> None:
    someone = visitor(browser, live_server.url)
    action = add_action(by=None, engagement=engagement, title="Ask them", text="Before")
    someone.sign_in(maria)
    someone.visit(reverse("registers:action-edit", args=[action.pk]))
    someone.page.fill("[name=text]", WORDS)
    change_action(by=None, item=action, version=None, text="Somebody else was quicker")
    Session.objects.all().delete()
    someone.page.click("main button:has-text('Save')")
    sign_in_again(someone, maria)
    someone.page.wait_for_load_state("networkidle")
    assert "You are signed in again" in someone.page.inner_text("h1")
    assert WORDS in [box.input_value() for box in someone.page.query_selector_all("textarea")]
    someone.context.close()


def test_a_form_that_has_expired_is_opened_again_with_what_was_typed(
    browser, live_server, engagement: Engagement, maria: User
) -> None:
    someone = visitor(browser, live_server.url)
    someone.sign_in(maria)
    someone.visit(reverse("registers:action-new", args=[engagement.pk]))
    someone.page.fill("[name=title]", "Call them")
    someone.page.fill("[name=text]", WORDS)
    someone.page.evaluate(
        "document.querySelector('[name=title]').form.csrfmiddlewaretoken.value = 'x'.repeat(64)"
    )
    someone.page.click("text=Keep action")
    someone.page.wait_for_selector("text=This form has expired")
    someone.page.click("text=Open the form again")
    is_back_in_the_form(someone, maria, "Call them")
    someone.page.click("text=Keep action")
    someone.page.wait_for_selector("text=Call them")
    assert Action.objects.get().text.replace("\r\n", "\n") == WORDS
    someone.context.close()
