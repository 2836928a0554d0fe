"""The inbox: what stands in it, what becomes of it, and that it is one's own."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.delivery import presenters, selectors, services
from apps.delivery.models import InboxEntry
from apps.engagements.models import Item, Kind, MemberRole
from apps.engagements.notices import About
from apps.engagements.services import comments, items
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

from .told import action, anybody, client_of, entries, tell_of

pytestmark = pytest.mark.django_db
INBOX = "/inbox/"


@pytest.fixture
def maria() -> User:
    return anybody()


def told(to: User, *texts: str, about: About = About.MENTION) -> list[InboxEntry]:
    """Somebody is told so many things on an engagement of theirs."""
    engagement = to.memberships.get().engagement
    for text in texts:
        tell_of(action(engagement), to, about, text)
    return entries(to)[-len(texts) :]


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def page(user: User, **query: str) -> str:
    return signed_in(user).get(INBOX, query).content.decode()


def test_an_empty_inbox_says_what_will_be_in_it(maria: User) -> None:
    assert "You have read everything" in page(maria)
    assert "Nobody has told you anything yet" in page(maria, show="all")


def test_it_shows_what_is_unread_and_on_request_everything(maria: User) -> None:
    first, _ = told(maria, "first text", "second text")
    services.mark(by=maria, entry=first, read=True)
    assert "first text" not in page(maria)
    assert "second text" in page(maria)
    everything = page(maria, show="all")
    assert everything.index("second text") < everything.index("first text")


def test_it_is_grouped_by_day_in_the_readers_time_zone(maria: User) -> None:
    maria.timezone = "Pacific/Kiritimati"  # 14 hours ahead
    maria.save()
    told(maria, "late yesterday for Greenwich", "long ago")
    noon = timezone.now().replace(hour=12, minute=0)
    InboxEntry.objects.filter(text__startswith="late").update(at=noon)
    InboxEntry.objects.filter(text="long ago").update(at=datetime(2024, 2, 5, 23, 0, tzinfo=noon.tzinfo))
    text = page(maria)
    assert "Tuesday 6 February 2024" in text
    assert "02:00" in text
    assert "13:00" in text


def test_days_have_names() -> None:
    today = datetime(2026, 3, 9).date()
    named = [presenters.day_name(today - timedelta(days=n), today) for n in (0, 1, 2, 100)]
    assert named == ["Today", "Yesterday", "Saturday 7 March", "Saturday 29 November 2025"]


def test_it_can_be_narrowed_to_a_kind(maria: User) -> None:
    told(maria, "somebody mentioned you")
    told(maria, "something is due", about=About.DUE)
    assert "something is due" in page(maria, about="due")
    assert "somebody mentioned you" not in page(maria, about="due")
    assert "Nothing of this kind" in page(maria, about="gate")


@pytest.mark.parametrize(
    "query",
    [{"about": "\0"}, {"before": "\0"}, {"before": "x" * 5000}, {"before": str(uuid4())}, {"show": "\udcff"}],
)
def test_nonsense_in_the_address_shows_the_inbox(maria: User, query: dict[str, str]) -> None:
    told(maria, "first text")
    query = {
        name: value.encode("utf-8", "surrogateescape").decode("latin-1") for name, value in query.items()
    }
    answer = signed_in(maria).get(INBOX, query)
    assert answer.status_code == 200
    assert "first text" in answer.content.decode()


def test_opening_marks_as_read_and_leads_there(maria: User) -> None:
    (entry,) = told(maria, "first text")
    answer = signed_in(maria).get(reverse("delivery:entry", args=[entry.pk]))
    assert (answer.status_code, answer["Location"]) == (302, entry.item.get_absolute_url())
    entry.refresh_from_db()
    assert entry.read_at is not None


def test_asking_for_the_head_alone_marks_nothing(maria: User) -> None:
    (entry,) = told(maria, "first text")
    assert signed_in(maria).head(reverse("delivery:entry", args=[entry.pk])).status_code == 302
    entry.refresh_from_db()
    assert entry.read_at is None


def test_an_entry_is_marked_as_read_and_as_unread(maria: User) -> None:
    (entry,) = told(maria, "first text")
    address, browser = reverse("delivery:entry-mark", args=[entry.pk]), signed_in(maria)
    for said, read in (("1", True), ("1", True), ("0", False), ("0", False)):
        answer = browser.post(address, {"read": said, "next": "/inbox/?show=all"})
        assert answer["Location"] == "/inbox/?show=all"
        entry.refresh_from_db()
        assert (entry.read_at is not None) is read


def test_marking_twice_keeps_the_first_time(maria: User) -> None:
    (entry,) = told(maria, "first text")
    services.mark(by=maria, entry=entry, read=True)
    first = entry.read_at
    services.mark(by=maria, entry=entries(maria)[0], read=True)
    assert entries(maria)[0].read_at == first


def test_with_htmx_the_row_and_the_bell_come_back(maria: User) -> None:
    first, _ = told(maria, "first text", "second text")
    answer = signed_in(maria).post(
        reverse("delivery:entry-mark", args=[first.pk]), {"read": "1"}, headers={"HX-Request": "true"}
    )
    text = answer.content.decode()
    assert "first text" in text
    assert "entry-unread" not in text
    assert 'hx-swap-oob="true"' in text
    assert "1 unread" in text
    assert "<html" not in text


def test_elsewhere_is_not_a_place_to_be_led_to(maria: User) -> None:
    (entry,) = told(maria, "first text")
    address = reverse("delivery:entry-mark", args=[entry.pk])
    answer = signed_in(maria).post(address, {"next": "https://evil.example/"})
    assert answer["Location"] == INBOX


def test_all_is_read_up_to_what_was_looked_at(maria: User) -> None:
    first, second, third = told(maria, "first", "second", "third")
    answer = signed_in(maria).post(reverse("delivery:all-read"), {"until": str(second.pk)}, follow=True)
    assert "2 marked as read" in answer.content.decode()
    assert [entry.read_at is None for entry in entries(maria)] == [False, False, True]
    assert (first.read_at, third.read_at) == (None, None)


def test_all_of_one_kind_is_read(maria: User) -> None:
    told(maria, "mentioned")
    (due,) = told(maria, "due", about=About.DUE)
    signed_in(maria).post(reverse("delivery:all-read"), {"until": str(due.pk), "about": "due"})
    assert [(entry.text, entry.read_at is None) for entry in entries(maria)] == [
        ("mentioned", True),
        ("due", False),
    ]


@pytest.mark.parametrize("until", ["", "\0", "x", str(UUID(int=1))])
def test_nothing_is_marked_when_it_is_unclear_up_to_where(maria: User, until: str) -> None:
    told(maria, "first")
    answer = signed_in(maria).post(reverse("delivery:all-read"), {"until": until}, follow=True)
    assert "Nothing was marked" in answer.content.decode()
    assert entries(maria)[0].read_at is None


def test_somebody_elses_entry_is_not_there(maria: User) -> None:
    (entry,) = told(maria, "first text")
    for user in (anybody(), make_user(Role.ADMIN), anybody(entry.engagement)):
        browser = signed_in(user)
        assert browser.get(reverse("delivery:entry", args=[entry.pk])).status_code == 404
        assert browser.post(reverse("delivery:entry-mark", args=[entry.pk])).status_code == 404
        browser.post(reverse("delivery:all-read"), {"until": str(entry.pk)})
        assert "first text" not in page(user, show="all")
    assert entries(maria)[0].read_at is None


class TestWhatOneMayNoLongerSee:
    def gone(self, user: User, entry: InboxEntry) -> None:
        """Neither shown, nor counted, nor opened, nor marked."""
        assert entry.text not in page(user)
        assert entry.text not in page(user, show="all")
        assert selectors.unread_count(user) == 0
        assert "unread" not in signed_in(user).get("/inbox/bell/").content.decode()
        assert signed_in(user).get(reverse("delivery:entry", args=[entry.pk])).status_code == 404
        assert signed_in(user).post(reverse("delivery:entry-mark", args=[entry.pk])).status_code == 404

    def test_made_internal(self) -> None:
        viewer = client_of(make_engagement())
        item = action(viewer.memberships.get().engagement, client_visible=True)
        tell_of(item, viewer, text="a secret")
        assert selectors.unread_count(viewer) == 1
        Item.objects.filter(pk=item.pk).update(client_visible=False)
        self.gone(viewer, entries(viewer)[0])

    def test_removed_and_restored(self, maria: User) -> None:
        (entry,) = told(maria, "a secret")
        items.remove(by=None, item=entry.item)
        self.gone(maria, entry)
        items.restore(by=None, item=Item.objects.get(pk=entry.item_id))
        assert "a secret" in page(maria)

    def test_membership_ended(self, maria: User) -> None:
        (entry,) = told(maria, "a secret")
        maria.memberships.all().delete()
        self.gone(maria, entry)

    def test_membership_ended_for_a_notice_of_the_whole_engagement(self, maria: User) -> None:
        engagement = maria.memberships.get().engagement
        entry = InboxEntry.objects.create(to=maria, about="gate", engagement=engagement, text="a secret")
        assert "a secret" in page(maria)
        maria.memberships.all().delete()
        self.gone(maria, entry)

    def test_an_administrator_sees_every_engagement(self) -> None:
        admin, item = make_user(Role.ADMIN), action(make_engagement())
        tell_of(item, admin, text="first text")
        assert "first text" in page(admin)
        items.remove(by=None, item=item)
        self.gone(admin, entries(admin)[0])


class TestBell:
    def shown(self, user: User, address: str = "/profile/") -> str:
        text = signed_in(user).get(address).content.decode()
        return text[text.index('<a id="bell"') :].split("</a>")[0]

    def test_it_is_silent_without_anything_unread(self, maria: User) -> None:
        assert "bell-count" not in self.shown(maria)

    @pytest.mark.parametrize(("count", "words"), [(1, "1"), (9, "9"), (10, "9+"), (30, "9+")])
    def test_it_says_how_many(self, maria: User, count: int, words: str) -> None:
        told(maria, *["text"] * count)
        assert f"Inbox, {words} unread" in self.shown(maria)
        assert f'aria-hidden="true">{words}</span>' in self.shown(maria)

    def test_it_costs_one_query_however_many_there_are(self, maria: User) -> None:
        told(maria, *["text"] * 3)
        browser = signed_in(maria)

        browser.get("/profile/")
        with CaptureQueriesContext(connection) as caught:
            browser.get("/profile/")
        asked = [query["sql"] for query in caught if "delivery_inboxentry" in query["sql"]]
        assert len(asked) == 1

    def test_it_is_asked_for_in_the_background(self, maria: User) -> None:
        told(maria, "text")
        text = signed_in(maria).get("/inbox/bell/", headers={"HX-Request": "true"}).content.decode()
        assert "Inbox, 1 unread" in text
        assert "<html" not in text

    def test_who_has_signed_out_is_not_taken_from_their_page(self) -> None:
        answer = Browser().get("/inbox/bell/", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "HX-Redirect" not in answer.headers

    def test_a_page_that_tells_of_a_failure_rings_no_bell(self, maria: User, monkeypatch) -> None:
        from django.db import DatabaseError

        def fail(_: object) -> int:
            raise DatabaseError

        monkeypatch.setattr(selectors, "unread_count", fail)
        assert "bell-count" not in self.shown(maria)


def test_ten_thousand_entries_are_no_slower_to_read_page_by_page(maria: User) -> None:
    engagement = maria.memberships.get().engagement
    item, now = action(engagement), timezone.now()
    InboxEntry.objects.bulk_create(
        InboxEntry(
            to=maria,
            about="due",
            engagement=engagement,
            item_id=item.pk,
            text=f"entry {n}",
            at=now - n * _SECOND,
        )
        for n in range(10_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert "hashed" not in selectors.inbox_of(maria).explain()  # of all items that there are, once a page
    browser, seen, address = signed_in(maria), [], INBOX
    for _ in range(3):
        with CaptureQueriesContext(connection) as caught:
            text = browser.get(address).content.decode()
        assert len(caught) <= 6
        assert sum(float(query["time"]) for query in caught) < 0.2
        seen += [n for n in range(200) if f">entry {n}</span>" in text]
        address = INBOX + text.split('rel="next"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert seen == list(range(150))


_SECOND = timedelta(seconds=1)


def test_entries_of_the_same_moment_are_all_shown_once(maria: User) -> None:
    engagement, now = maria.memberships.get().engagement, timezone.now()
    InboxEntry.objects.bulk_create(
        InboxEntry(to=maria, about="gate", engagement=engagement, text=f"entry {n}", at=now)
        for n in range(120)
    )
    seen: list[str] = []
    before = ""
    while True:
        part = selectors.inbox_page(maria, before=before)
        seen += [entry.text for entry in part.entries]
        if not part.older:
            break
        before = str(part.entries[-1].pk)
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("left", ["internal", "removed"])
def test_of_a_comment_that_is_out_of_sight_nothing_is_told(maria: User, left: str) -> None:
    """Neither in the inbox nor by the mail that waits; staff keep being told of an internal one."""
    engagement = make_engagement()
    viewer = client_of(engagement)
    lead = make_member(engagement, MemberRole.LEAD).user
    make_member(engagement, user=maria)
    item = make_item(engagement, Kind.ACTION, by=lead, client_visible=True)
    handles = " ".join(f"@{person.email}" for person in (viewer, maria))
    comment = comments.add_comment(by=lead, item=item, text=f"{handles} the price is 5")
    assert [selectors.unread_count(person) for person in (viewer, maria)] == [1, 1]
    if left == "internal":
        comments.edit_comment(by=lead, comment=comment, text=comment.text, internal=True)
    else:
        comments.remove_comment(by=lead, comment=comment)
    assert not selectors.entries_of(viewer).exists()
    assert selectors.entries_of(maria).exists() is (left == "internal")
