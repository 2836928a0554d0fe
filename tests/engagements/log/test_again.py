"""A line that was undone is offered again, as it was typed."""

from html import escape

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.engagements.models import Engagement, LogEntry

from .writing import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "log-box"}
LINE = '/blocker No "VPN" yet\r\nsecond <line> 2h !client'


def test_htmx_carries_the_line_from_the_notice_to_the_box_and_back(
    maria: User, engagement: Engagement
) -> None:
    browser = signed_in(maria)
    text = browser.post(
        reverse("log:add", args=[engagement.pk]), {"line": LINE}, headers=HTMX
    ).content.decode()
    hidden = f'<input type="hidden" name="line" value="{escape(LINE)}">'.replace("&#x27;", "&#39;")
    assert hidden in text
    entry = LogEntry.objects.get()
    gone = browser.post(reverse("log:undo", args=[entry.pk]), {"line": LINE}, headers=HTMX)
    assert hidden in gone.content.decode()
    assert "data-log-again" in gone.content.decode()
    assert gone.headers["HX-Trigger-After-Settle"] == "log-undone"
    back = browser.post(reverse("log:redo", args=[entry.pk]), {"line": LINE}, headers=HTMX)
    assert hidden in back.content.decode(), "so that it can be undone once more"
    assert "data-log-again" not in back.content.decode()
    assert back.headers["HX-Trigger-After-Settle"] == "log-restored"


def test_an_item_that_was_undone_on_its_own_offers_no_text(maria: User, engagement: Engagement) -> None:
    browser = signed_in(maria)
    browser.post(reverse("log:add", args=[engagement.pk]), {"line": LINE})
    gone = browser.post(reverse("log:undo", args=[LogEntry.objects.get().pk]), headers=HTMX)
    assert "data-log-again" not in gone.content.decode()


def test_without_javascript_the_line_stands_in_the_box_of_the_page_that_follows_undo_once(
    maria: User, engagement: Engagement
) -> None:
    browser = signed_in(maria)
    add = reverse("log:add", args=[engagement.pk])
    browser.post(add, {"line": "Another line"})
    other = LogEntry.objects.get()
    browser.post(add, {"line": LINE})
    entry = LogEntry.objects.exclude(pk=other.pk).get()
    undo, redo = (reverse(f"log:{name}", args=[entry.pk]) for name in ("undo", "redo"))
    kept = f"{escape(LINE)}</textarea>"
    assert kept in browser.post(undo, follow=True).content.decode()
    page = reverse("log:engagement", args=[engagement.pk])
    assert "></textarea>" in browser.get(page).content.decode()
    browser.post(undo)
    assert "></textarea>" in browser.post(redo, follow=True).content.decode(), (
        "restored: nothing to write again"
    )
    undone = browser.post(reverse("log:undo", args=[other.pk]), follow=True).content.decode()
    assert "Another line</textarea>" not in undone, "the last line alone is kept"
