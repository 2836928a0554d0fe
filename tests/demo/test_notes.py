"""What was written down along the way of each tale: when, once, by whom, and who sees it."""

from datetime import timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from django.db.models import F
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services import deactivate
from apps.audit.models import Event
from apps.delivery.models import InboxEntry
from apps.demo import people
from apps.demo.models import Chapter
from apps.demo.note import LINE, Note
from apps.demo.tale import Tale
from apps.demo.tales import TALES
from apps.engagements.models import (
    AccessRequest,
    Action,
    Engagement,
    GateDecision,
    Item,
    LogEntry,
    Milestone,
    Raid,
    Stakeholder,
)
from apps.engagements.selectors.items import items_visible_to
from apps.engagements.services import items
from apps.engagements.services.registers.requests import add_request

from .test_telling import ENDPOINT, seed

PAGES = ("log:engagement", "log:timeline", "registers:raid", "registers:actions", "registers:milestones")
PAGES += ("registers:requests",)
HALF_A_DAY = timedelta(hours=12)


def written(tale: Tale) -> list[Item]:
    """What was written down for that client before today, as all notes are."""
    found = Item.objects.filter(engagement__client__name=tale.client, at__lt=timezone.now() - HALF_A_DAY)
    return list(found.order_by("created_at"))


def meant_for_the_client(note: Note) -> bool:
    """What a note says itself of who sees it; promises and requests are the client's business by themselves."""
    if note.kind == LINE:
        return "!client" in note.words
    return bool(note.fields.get("client_visible", note.kind in {"milestone", "access_request"}))


def upto(chapter: Chapter, tale: Tale) -> list[str]:
    """The kinds of a tale's notes up to a chapter, in their order; of a log line that is the first word."""
    chapters = list(Chapter)[: list(Chapter).index(chapter) + 1]
    return ["entry" if note.kind == LINE else note.kind for one in chapters for note in tale.notes[one]]


def test_each_chapter_adds_its_own_notes(acted, home: Path) -> None:
    for chapter in Chapter:
        seed(f"--stage={chapter}", f"--endpoint={ENDPOINT}")
        for tale in TALES:
            assert [item.kind for item in written(tale)] == upto(chapter, tale), (tale.client, chapter)


def test_without_an_endpoint_only_the_notes_of_scoping_are_told(acted, home: Path) -> None:
    seed("--stage=live")
    for tale in TALES:
        assert [item.kind for item in written(tale)] == upto(Chapter.SCOPING, tale)


def test_at_the_end_every_register_of_every_engagement_has_something_to_show(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    longest = timezone.localdate() - timedelta(days=5)
    for engagement in Engagement.objects.all():
        own = {"engagement": engagement, "at__lt": timezone.now() - HALF_A_DAY}
        entries = LogEntry.objects.filter(**own)
        assert 8 <= entries.count() <= 12
        kinds = set(entries.values_list("entry_kind", flat=True))
        assert {"decision", "blocker", "learning", "meeting", "note"} <= kinds
        decision = entries.filter(entry_kind="decision").exclude(rejected=[]).first()
        assert decision is not None
        assert decision.reason
        assert all(one["option"] and one["why"] for one in decision.rejected)
        assert entries.exclude(minutes=None).exclude(tags=[]).exists()
        assert {True, False} == set(entries.values_list("client_visible", flat=True))
        assert 4 <= Action.objects.filter(owner__isnull=False, **own).count() <= 6
        risks = Raid.objects.filter(kind="risk", severity="high", **own)
        assert risks.exclude(response="").exists()
        assert risks.filter(response="", state="open").exists()
        assert 3 <= Raid.objects.filter(**own).count() <= 4
        assert set(Milestone.objects.filter(**own).values_list("state", flat=True)) == {"reached", "planned"}
        assert Milestone.objects.filter(**own).count() == 3
        assert Stakeholder.objects.filter(**own).count() == 4
        assert Stakeholder.objects.filter(sponsor=True, **own).count() == 1
        asked = AccessRequest.objects.filter(**own)
        granted = asked.filter(state="granted")
        assert granted.exists()
        assert all(one.asked_on < one.answered_on <= timezone.localdate() for one in granted)
        assert asked.filter(state="asked", asked_on__lte=longest, owner__role="client").exists()


def test_the_client_sees_what_is_meant_for_them_and_nothing_else(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    for tale in TALES:
        viewer, browser = User.objects.get(email=tale.viewer), Browser()
        browser.force_login(viewer)
        pk = Engagement.objects.get(client__name=tale.client).pk
        shown = unescape("".join(browser.get(reverse(page, args=[pk])).content.decode() for page in PAGES))
        open_to_them = {item.pk for item in items_visible_to(viewer, Item)}
        notes = [note for chapter in Chapter for note in tale.notes[chapter]]
        for note, item in zip(notes, written(tale), strict=True):
            said = item.title.partition(" #")[0]  # tags are links
            assert (said in shown) == meant_for_the_client(note), item
            assert (item.pk in open_to_them) == meant_for_the_client(note), item


def test_everything_was_written_by_one_of_the_demos_people(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    written_down = Item.objects.exclude(kind="gate")
    assert {item.by.email if item.by else "" for item in written_down} == {people.FDE, people.MANAGER}
    assert set(written_down.filter(by__email=people.MANAGER).values_list("logentry__kept", flat=True)) == {
        True
    }
    assert not Event.objects.filter(verb="written", actor=None).exclude(subject_type="gate").exists()


def test_an_fde_who_leads_no_longer_writes_nothing_more(acted, home: Path) -> None:
    seed("--stage=scoping", f"--endpoint={ENDPOINT}")
    deactivate(by=None, user=User.objects.get(email=people.FDE))
    before = set(Item.objects.values_list("pk", flat=True))
    seed("--stage=pilot", f"--endpoint={ENDPOINT}")
    more = Item.objects.exclude(pk__in=before)
    assert set(more.values_list("by", flat=True)) == {None}, "Fieldwork itself tells it"
    assert not GateDecision.objects.exists()


def test_the_viewer_is_told_of_what_waits_for_them_and_nobody_of_what_they_gave_themselves(
    acted, home: Path
) -> None:
    seed(f"--endpoint={ENDPOINT}")
    owned = Item.objects.exclude(owner=None).exclude(owner=F("by"))
    assert owned.exists()
    assert not InboxEntry.objects.filter(to=F("item__by"), about="assignment").exists()
    for item in owned:
        assert InboxEntry.objects.filter(item=item, to=item.owner, about="assignment").exists(), item


def test_a_line_speaks_of_its_own_items_whatever_people_wrote_in_between(acted, home: Path) -> None:
    seed("--stage=scoping", f"--endpoint={ENDPOINT}")
    hospital = Engagement.objects.get(client__name="Larkfield Hospital")
    add_request(by=None, engagement=hospital, title="Somebody's own")
    items.remove(by=None, item=Raid.objects.get(engagement=hospital, kind="risk"))
    seed("--stage=pilot", f"--endpoint={ENDPOINT}")
    blocker = LogEntry.objects.get(engagement=hospital, entry_kind="blocker")
    review = AccessRequest.objects.get(engagement=hospital, title__startswith="Security review")
    assert review.reference == "Q-3"
    assert review.reference in blocker.title
    assert [link.target_id for link in blocker.links_out.all()] == [review.pk]


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.folder)
def test_a_tale_goes_forward(tale: Tale) -> None:
    """Told at once, a later chapter was written after an earlier one."""
    days = [[note.ago for note in tale.notes[chapter]] for chapter in Chapter]
    assert all(min(before) > max(after) for before, after in pairwise(days))
    for note in (note for found in tale.notes.values() for note in found if note.state == "granted"):
        assert note.ago > note.fields["answered"]
