"""What happened on an engagement: everything once, in order, and to clients only what is theirs to know."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.engagements import services, timeline
from apps.engagements.models import Engagement, Item, MemberRole
from apps.engagements.services import items
from apps.engagements.services.log import log
from apps.engagements.timeline import Moment
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Maria Lead")).user


@pytest.fixture
def viewer(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


def told(user: User, engagement: Engagement, **wanted) -> list[tuple[str, str]]:
    found = timeline.moments(user, engagement, limit=100, **wanted)
    return [(moment.what, moment.state) for moment in found]


def test_what_is_written_and_what_becomes_of_it_are_told_once_each(
    lead: User, engagement: Engagement
) -> None:
    log(by=lead, engagement=engagement, line="/action Send it")
    item = Item.objects.get(kind="action")
    items.move(by=lead, item=item, state="done")
    items.move(by=lead, item=item, state="open")
    items.change(by=lead, item=item, version=None, title="Send the contract")
    assert told(lead, engagement) == [
        ("Send the contract", "open again"),
        ("Send the contract", "done"),
        ("Send the contract", ""),
    ]


def test_what_was_removed_is_not_told(lead: User, engagement: Engagement) -> None:
    item = log(by=lead, engagement=engagement, line="/action Send it").item
    items.move(by=lead, item=item, state="done")
    items.remove(by=lead, item=item)
    assert told(lead, engagement) == []


def test_another_stage_is_told(lead: User, engagement: Engagement) -> None:
    services.set_stage(by=make_user(Role.MANAGER), engagement=engagement, stage="pilot")
    assert told(lead, engagement, kind="stage") == [("Pilot", ""), ("Connect", "")]


def test_the_client_is_told_of_nothing_internal_neither_now_nor_when_it_changes(
    lead: User, viewer: User, engagement: Engagement
) -> None:
    for visible in (False, True):
        item = make_item(engagement, "action", by=lead, title=f"seen {visible}", client_visible=visible)
        items.move(by=lead, item=item, state="done")
    make_item(engagement, "stakeholder", by=lead, title="Somebody")
    assert told(viewer, engagement) == [("seen True", "done"), ("seen True", "")]
    browser = Browser()
    browser.force_login(viewer)
    for query in ("", "?kind=stakeholder", "?kind=action"):
        text = browser.get(reverse("log:timeline", args=[engagement.pk]) + query).content.decode()
        assert "seen True" in text
        assert "seen False" not in text
        assert ">Stakeholder<" not in text
        assert "Somebody" not in text
    page = browser.get(engagement.get_absolute_url()).content.decode()
    assert "seen False" not in page


def test_it_can_be_narrowed_to_a_kind_or_to_another_apps_moments(
    lead: User, engagement: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "_sources", dict(timeline._sources))
    now = timezone.now() + timedelta(seconds=5)
    runs = [Moment(now, engagement.pk, "run", "Run 4 <b>", "Tom")]
    timeline.register("runs of pilots", lambda user, engagement, before, limit: runs if not before else [])
    log(by=lead, engagement=engagement, line="/risk The API ends")
    log(by=lead, engagement=engagement, line="Called")
    assert [what for what, _ in told(lead, engagement)] == ["Run 4 <b>", "Called", "The API ends"]
    assert told(lead, engagement, kind="risk") == [("The API ends", "")]
    assert told(lead, engagement, kind="runs of pilots") == [("Run 4 <b>", "")]
    browser = Browser()
    browser.force_login(lead)
    page = browser.get(
        reverse("log:timeline", args=[engagement.pk]), {"kind": "runs of pilots"}
    ).content.decode()
    assert "Run 4 &lt;b&gt;" in page
    assert "The API ends" not in page


def test_its_pages_join_without_gap_or_repetition(lead: User, engagement: Engagement) -> None:
    for number in range(40):
        item = make_item(engagement, "action", by=lead, title=f"action {number}")
        items.move(by=lead, item=item, state="done")
    Item.objects.update(at=timezone.now())
    seen: list[tuple[str, str]] = []
    cursor = None
    while part := timeline.moments(lead, engagement, before=cursor, limit=7):
        seen += [(moment.what, moment.state) for moment in part]
        cursor = part[-1].at, part[-1].id
    assert len(seen) == len(set(seen)) == 80


def test_it_costs_two_queries_on_an_engagements_page(lead: User, engagement: Engagement) -> None:
    for number in range(10):
        items.move(by=lead, item=make_item(engagement, "action", by=lead, title=f"{number}"), state="done")
    with CaptureQueriesContext(connection) as caught:
        found = [
            moment for fetch in timeline._of_kinds.values() for moment in fetch(lead, engagement, None, 8, "")
        ]
    assert len(found) == 16
    assert len(caught) == 2
