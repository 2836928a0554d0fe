"""The style page: every component, through the templates that the screens use, for staff alone."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.test.signals import template_rendered
from django.urls import reverse

from apps.accounts.models import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db
COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
# Rendered by the page's frame, for one screen alone, or as part of another component.
ELSEWHERE = {"navigation.html", "person_state.html", "confirm_page.html"}


@pytest.fixture
def browser() -> Browser:
    made = Browser()
    made.force_login(make_user(Role.FDE))
    return made


def test_every_component_is_on_the_page(browser: Browser) -> None:
    rendered: set[str] = set()

    def note(sender, template, **kwargs) -> None:
        if template.name and template.name.startswith("components/"):
            rendered.add(template.name.removeprefix("components/"))

    template_rendered.connect(note)
    try:
        browser.get(reverse("overview:style"))
        browser.get(reverse("overview:style-confirm"))
        browser.post(reverse("overview:style"), {"line": ""})
    finally:
        template_rendered.disconnect(note)
    missing = {path.name for path in COMPONENTS.glob("*.html")} - rendered - ELSEWHERE
    assert missing == set()


def test_every_kind_of_field_is_shown_right_wrong_and_disabled(browser: Browser) -> None:
    text = browser.get(reverse("overview:style")).content.decode()
    for kind in ("text", "email", "password", "number", "date", "radio", "checkbox", "file"):
        assert f'type="{kind}"' in text, kind
    assert "<select" in text
    assert "<textarea" in text
    assert "disabled" in text
    assert len(re.findall(r'id="wrong_\w+_error"', text)) >= 6
    assert len(re.findall(r'aria-invalid="true"', text)) >= 5


def test_every_id_is_there_once(browser: Browser) -> None:
    ids = re.findall(r'\sid="([^"]+)"', browser.get(reverse("overview:style")).content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_what_is_wrong_can_be_told_without_colour(browser: Browser) -> None:
    text = browser.get(reverse("overview:style")).content.decode()
    for word in ("done", "failed", "waiting", "running"):
        assert re.search(rf'class="step-state">\s*{word}', text), word
    assert "added: " in text
    assert "removed: " in text


@pytest.mark.parametrize("typed", ["", "x" * 10_000, "a\x00b", "<script>x</script>" * 5, "\u202e" * 60])
def test_its_form_is_checked_and_nothing_is_kept(browser: Browser, typed: str) -> None:
    headers = {"HX-Request": "true", "HX-Target": "id_line_check"}
    answer = browser.post(reverse("overview:style"), {"line": typed}, headers=headers)
    assert "field-error" in answer.content.decode()
    page = browser.post(reverse("overview:style"), {"line": typed})
    assert page.status_code == 200
    assert "<script>x" not in page.content.decode()


def test_its_question_removes_nothing(browser: Browser) -> None:
    answer = browser.post(reverse("overview:style-confirm"), follow=True)
    assert "Nothing was removed" in answer.content.decode()


def test_client_viewers_do_not_see_it() -> None:
    viewer = Browser()
    viewer.force_login(make_user(Role.CLIENT))
    for name in ("style", "style-confirm"):
        assert viewer.get(reverse(f"overview:{name}")).status_code == 403
