"""What somebody typed is given back to them: that, no more, and never a credential."""

import importlib
import pkgutil
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django import forms
from django.http import HttpRequest
from django.test import Client as Browser
from django.test import RequestFactory

import apps
from apps.core.typed import MOST, TEXTS, typed_in

FORM = "application/x-www-form-urlencoded"


def sent(data: dict[str, str], **headers: str) -> HttpRequest:
    return RequestFactory().post("/", urlencode(data), content_type=FORM, headers=headers)


def test_texts_are_found_and_what_a_page_sends_by_itself_is_not() -> None:
    data = {
        "text": "Call them\r\non Monday",
        "title": "Contract",
        "wann": "明日電話する",
        "owner": str(uuid4()),
        "once": uuid4().hex,
        "seen": "0f" * 32,
        "version": "3",
        "due": "2026-05-31",
        "at": "2026-05-31T10:00",
        "client_visible": "on",
        "severity": "high",
        "next": "/engagements/x y/",
        "csrfmiddlewaretoken": "Ab" * 32,
        "empty": "  ",
    }
    found = {one.name: one.text for one in typed_in(sent(data))}
    assert found == {"text": "Call them\non Monday", "title": "Contract", "wann": "明日電話する"}


@pytest.mark.parametrize(
    "name", ["password", "new_password1", "api_key", "token", "dsn", "header_lines", "current"]
)
def test_what_may_be_a_credential_is_never_shown_again(name: str) -> None:
    assert typed_in(sent({name: "Open sesame, please!"})) == []


def test_no_field_for_a_password_has_a_name_that_is_given_back() -> None:
    for found in pkgutil.walk_packages(apps.__path__, "apps."):
        if ".forms" in found.name and ".dataplane" not in found.name:
            importlib.import_module(found.name)
    kinds, names = [forms.Form], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        for name, field in getattr(kind, "base_fields", {}).items():
            if isinstance(field.widget, forms.PasswordInput):
                names.add(name)
    assert len(names) > 1
    assert not typed_in(sent(dict.fromkeys(names, "Open sesame, please!")))


def test_what_the_form_had_shown_at_first_was_not_typed() -> None:
    data = {
        "text": "As it was\r\nhere",
        "initial-text": "As it was\nhere",
        "title": "New one",
        "initial-title": "Old",
    }
    assert [one.name for one in typed_in(sent(data))] == ["title"]


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "http://[", "https://testserver.elsewhere.example"]
)
def test_the_form_of_another_site_is_not_spoken_for(origin: str) -> None:
    assert typed_in(sent({"text": "Your account is locked, call us"}, origin=origin)) == []
    assert typed_in(sent({"text": "My own words"}, origin="http://testserver"))


def test_it_has_an_end() -> None:
    many = typed_in(sent({f"text{n}": f"words {n}!" for n in range(TEXTS + 5)}))
    assert len(many) == TEXTS
    long = typed_in(sent({"text": "é word " * MOST}))
    assert (len(long[0].text), long[0].cut) == (MOST, True)


def test_a_body_that_is_no_form_is_left_alone() -> None:
    assert typed_in(RequestFactory().post("/", {"text": "two words"})) == []
    assert typed_in(RequestFactory().post("/", b"two words", content_type="text/plain")) == []
    assert typed_in(RequestFactory().get("/?text=two+words")) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"text=%ff%fe&text=\x00 a", b"&".join(b"a=1" for _ in range(3000)), b"=&=&&text"]
)
def test_whatever_is_sent_to_nowhere_is_answered(body: bytes) -> None:
    answer = Browser(raise_request_exception=False).post("/nowhere/", body, content_type=FORM)
    assert answer.status_code in {400, 404}


@pytest.mark.django_db
def test_markup_is_shown_as_what_it_is() -> None:
    body = urlencode({"text": "</textarea><script>alert(1)</script>", "<b>x": "two words"})
    page = Browser().post("/nowhere/", body, content_type=FORM).content.decode()
    assert "&lt;/textarea&gt;&lt;script&gt;" in page
    assert "<b>x" not in page
    assert "alert(1)</script>" not in page


@pytest.mark.django_db
def test_htmx_gets_its_notice_alone() -> None:
    body = urlencode({"text": "two words"})
    answer = Browser().post("/nowhere/", body, content_type=FORM, headers={"HX-Request": "true"})
    assert b"two words" not in answer.content
