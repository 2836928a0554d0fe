"""Two people change one thing on its real pages: the second is told what the first has changed, and loses nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client as Browser
from django.urls import reverse

from apps.engagements.models import Action, Engagement, LogEntry, MemberRole
from apps.engagements.services import items
from apps.engagements.services.log import log
from apps.engagements.services.log_entries import change_entry
from apps.engagements.services.registers.actions import add_action
from apps.scoping import services as scoping
from tests.factories import make_engagement, make_member, make_user
from tests.factories.browsing import sent_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> Browser:
    browser = Browser()
    browser.force_login(make_member(engagement, MemberRole.LEAD, user=make_user(name="Maria")).user)
    return browser


def opened(browser: Browser, address: str) -> QueryDict:
    return sent_of(browser.get(address).content.decode())


def send(browser: Browser, address: str, data: QueryDict) -> Any:
    return browser.post(address, data.urlencode(), content_type="application/x-www-form-urlencoded")


def test_who_changed_the_date_keeps_the_others_title_and_tick(engagement: Engagement, maria: Browser) -> None:
    action = add_action(by=None, engagement=engagement, title="Ask for the data", due=None)
    address = reverse("registers:action-edit", args=[action.pk])
    data = opened(maria, address)
    items.change(by=None, item=action, version=None, title="Ask twice", client_visible=True)
    data["due"] = "2030-02-01"
    answer = send(maria, address, data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "from “Ask for the data” to “Ask twice”" in page.replace("&quot;", '"')
    assert "from No to Yes." in page
    assert "Meanwhile" not in page
    assert send(maria, address, sent_of(page)).status_code == 302
    now = Action.objects.get(pk=action.pk)
    assert (now.title, now.client_visible, str(now.due)) == ("Ask twice", True, "2030-02-01")


def test_a_log_entry_keeps_its_seconds_and_both_texts_are_shown(
    engagement: Engagement, maria: Browser
) -> None:
    entry = log(by=make_user(), engagement=engagement, line="First line 2h", key="k").item
    address = reverse("log:edit", args=[entry.pk])
    data = opened(maria, address)
    kept = LogEntry.objects.get(pk=entry.pk)
    fields = {
        name: getattr(kept, name)
        for name in ("entry_kind", "at", "tags", "reason", "rejected", "client_visible")
    }
    change_entry(by=None, entry=kept, text="Theirs", minutes=30, version=None, **fields)
    data["text"] = "Mine"
    page = send(maria, address, data).content.decode()
    assert "both are shown here" in page
    assert "from “2h” to “30m”" in page
    assert send(maria, address, sent_of(page)).status_code == 302
    now = LogEntry.objects.get(pk=entry.pk)
    assert (now.text, now.minutes, now.at) == ("Mine", 30, kept.at)


STEP = {"step": "Open the letter", "actor": "Clerk", "system": "", "minutes": 3.0}


def process(engagement: Engagement) -> tuple[Any, str]:
    case = scoping.write_use_case(by=None, engagement=engagement, title="Letters", steps=[STEP])
    return case, reverse("scoping:use-case-process", args=[case.pk])


def test_steps_that_were_not_touched_become_the_others(engagement: Engagement, maria: Browser) -> None:
    case, address = process(engagement)
    data = opened(maria, address)
    theirs = [STEP, {**STEP, "step": "Sort it", "minutes": None}]
    scoping.change_section(by=None, use_case=case, section="process", steps=theirs)
    data["exceptions"] = "Letters in other languages"
    page = send(maria, address, data).content.decode()
    assert "theirs stand here now" in page
    assert send(maria, address, sent_of(page)).status_code == 302
    case.refresh_from_db()
    assert [step["step"] for step in case.steps] == ["Open the letter", "Sort it"]
    assert case.exceptions == "Letters in other languages"


def test_steps_that_both_changed_stay_mine_and_theirs_are_shown(
    engagement: Engagement, maria: Browser
) -> None:
    case, address = process(engagement)
    data = opened(maria, address)
    theirs = [{**STEP, "step": "Scan the letter"}]
    scoping.change_section(by=None, use_case=case, section="process", steps=theirs, volume=7.0)
    data["steps-0-step"] = "Read the letter"
    page = send(maria, address, data).content.decode()
    assert "Meanwhile the steps became others" in page
    assert "Scan the letter" in page
    assert "from nothing to “7”" in page
    assert send(maria, address, sent_of(page)).status_code == 302
    case.refresh_from_db()
    assert ([step["step"] for step in case.steps], case.volume) == (["Read the letter"], 7.0)


def test_in_the_hour_that_clocks_show_twice_an_entry_is_changed_and_keeps_its_time(
    engagement: Engagement,
) -> None:
    at = datetime(2025, 10, 26, 0, 30, 12, tzinfo=UTC)  # 02:30 in Berlin, for the first time that night
    person = make_member(engagement, MemberRole.LEAD).user
    person.timezone = "Europe/Berlin"
    person.save()
    entry = log(by=person, engagement=engagement, line="One").item
    LogEntry.objects.filter(pk=entry.pk).update(at=at)
    browser = Browser()
    browser.force_login(person)
    address = reverse("log:edit", args=[entry.pk])
    data = opened(browser, address)
    assert data["at"] == "2025-10-26T02:30"
    data["text"] = "Two"
    assert send(browser, address, data).status_code == 302
    now = LogEntry.objects.get(pk=entry.pk)
    assert (now.text, now.at) == ("Two", at)
