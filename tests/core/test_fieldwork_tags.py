"""What lists are full of is rendered once, and as safely as if it were rendered each time."""

from datetime import UTC, datetime

from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe


def badge(text: str) -> str:
    return Template("{% load fieldwork %}{% badge text tone='bad' icon='stop' %}").render(
        Context({"text": text})
    )


def test_a_badge_is_that_of_the_component() -> None:
    same = render_to_string("components/badge.html", {"text": "<3", "tone": "bad", "icon": "stop"})
    assert badge("<3") == badge("<3") == same
    assert Template("{% load fieldwork %}{% badge 'x' %}").render(Context()) == render_to_string(
        "components/badge.html", {"text": "x"}
    )


def test_a_text_is_escaped_although_the_same_one_was_safe_before() -> None:
    assert "<i>so</i>" in badge(mark_safe("<i>so</i>"))
    assert "<i>so</i>" not in badge("<i>so</i>")
    assert "<i>so</i>" in badge(mark_safe("<i>so</i>"))


def test_the_clock_has_two_digits_for_each() -> None:
    at = datetime(2026, 3, 1, 7, 5, tzinfo=UTC)
    assert Template("{% load fieldwork %}{{ at|clock }}").render(Context({"at": at})) == "07:05"
