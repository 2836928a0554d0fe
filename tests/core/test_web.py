"""Pages, fragments, and what is shown when something is wrong."""

import logging

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from apps.accounts.access import access
from apps.config.urls import urlpatterns as all_patterns
from apps.core.text import one_line, slug_of
from apps.core.web import page_or_fragment


def explode(request) -> HttpResponse:
    raise RuntimeError("the client's secret row")


handler500 = "apps.core.handlers.server_error"
urlpatterns = [*all_patterns, path("explode/", access(public=True, reason="test")(explode))]


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true", "HX-Target": "part"}, True),
        ({"HX-Request": "true", "HX-Target": "other"}, False),
        ({"HX-Request": "true", "HX-Target": "part", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-Target": "part", "HX-History-Restore-Request": "true"}, False),
        ({"HX-Target": "part"}, False),
    ],
)
def test_htmx_gets_the_fragment_it_names_and_everybody_else_the_page(headers, fragment: bool) -> None:
    request = RequestFactory().get("/", headers=headers)
    answer = page_or_fragment(
        request, "components/stat.html", {"label": "x"}, fragments={"part": "components/progress.html"}
    )
    assert (b"<progress" in answer.content) is fragment
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in answer["Vary"].split(",")}


@pytest.mark.django_db
def test_a_missing_page_is_told_in_house_style_and_to_htmx_as_a_notice() -> None:
    page = Client().get("/nothing/here/")
    assert page.status_code == 404
    assert "nothing that you may see" in page.content.decode()
    notice = Client().get("/nothing/here/", headers={"HX-Request": "true"})
    assert (notice.status_code, b"<html" in notice.content) == (404, False)


@pytest.mark.urls(__name__)
def test_a_failure_shows_no_traceback_and_needs_no_database(caplog) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    answer = Client(raise_request_exception=False).get("/explode/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "Fieldwork failed" in text
    assert "secret" not in text
    assert "Traceback" not in text


@pytest.mark.django_db
def test_every_page_carries_the_content_policy() -> None:
    policy = Client().get("/nothing/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_text_on_one_line() -> None:
    assert one_line("  a \t b\n", limit=9, field="x") == "a b"
    assert slug_of("Zürich & Söhne AG") == "zurich-sohne-ag"
    assert slug_of("!!!") == "x"
    assert len(slug_of("word " * 100)) <= 60
