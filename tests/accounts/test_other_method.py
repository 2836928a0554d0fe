"""Addresses that take forms alone, opened or reloaded; pages to which a form is sent."""

from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role
from tests.factories import make_engagement, make_member, make_user
from tests.factories.gates import gate_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def engineer() -> Browser:
    browser = Browser()
    browser.force_login(make_user())
    return browser


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("gates:decide", "gates:detail"),
        ("items:remove", "items:detail"),
        ("log:add", "log:engagement"),
        ("scoping:settle", "scoping:use-cases"),
        ("engagements:member-add", "engagements:members"),
    ],
)
def test_who_opens_the_address_of_a_form_is_led_to_its_page(engineer: Browser, form: str, page: str) -> None:
    pk = uuid4()  # nothing is looked up
    answer = engineer.get(reverse(form, args=[pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse(page, args=[pk]))
    assert engineer.get(answer["Location"]).status_code == 404


def test_the_page_it_leads_to_is_there(engineer: Browser) -> None:
    engagement = make_engagement()
    member = make_member(engagement)
    engineer.force_login(member.user)
    answer = engineer.get(reverse("gates:decide", args=[gate_of(engagement).pk]), follow=True)
    assert answer.status_code == 200
    assert "Exit criteria" in answer.content.decode()


def test_where_no_page_is_known_the_answer_says_so_in_the_houses_look(engineer: Browser) -> None:
    answer = engineer.get(reverse("registers:move", args=[uuid4()]))
    page = answer.content.decode()
    assert answer.status_code == 405
    assert answer["Allow"] == "OPTIONS, POST"
    assert "This address has no page of its own; a form is sent to it." in page
    assert 'href="/">To the start page' in page


def test_htmx_gets_a_notice(engineer: Browser) -> None:
    answer = engineer.get(reverse("gates:decide", args=[uuid4()]), headers=HTMX)
    assert answer.status_code == 405
    assert "toast-error" in answer.content.decode()
    assert b"<html" not in answer.content


def test_a_form_sent_to_a_page_gives_back_what_was_typed(engineer: Browser) -> None:
    address = reverse("items:detail", args=[uuid4()])
    body, form = "text=two+words", "application/x-www-form-urlencoded"
    answer = engineer.post(address, body, content_type=form)
    assert answer.status_code == 405
    assert "This page takes no form." in answer.content.decode()
    assert "two words</textarea>" in answer.content.decode()


def test_views_that_are_classes_answer_alike() -> None:
    answer = Browser().put("/sign-in/")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert "This page takes no form." in answer.content.decode()


def test_nobody_is_led_to_a_page_that_their_role_may_not_open() -> None:
    client = Browser()
    client.force_login(make_user(Role.CLIENT))
    answer = client.get(reverse("registers:request-answer", args=[uuid4()]).replace("answer", "chase"))
    assert answer.status_code == 403
