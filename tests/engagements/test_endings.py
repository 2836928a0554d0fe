"""An engagement ends for a reason, is put away, and goes on again."""

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.delivery.models import InboxEntry
from apps.delivery.services.reminders import remind
from apps.engagements.models import Engagement, EntryKind, Item, Kind, LogEntry, MemberRole
from apps.engagements.rules import endings as rules
from apps.engagements.selectors import may_work_on, search, workable_by
from apps.engagements.services import endings, items
from apps.engagements.services.exit_criteria import require_registered
from apps.overview.selectors import standings
from apps.overview.selectors.learnings import learnings
from apps.overview.selectors.palette import palette
from apps.overview.services.standing import catch_up_with_all
from apps.pilots.models import Run
from apps.pilots.services import runs
from apps.tokens.services import issue_for_engagement
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.runs import make_evaluation, make_run

pytestmark = pytest.mark.django_db
WORDS = "The letters are sorted by it since May."


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


def closed(engagement: Engagement, by: User | None = None, **said: str) -> Engagement:
    said = {"ending": "delivered", "words": WORDS, **said}
    endings.close(by=by, engagement=engagement, **said)
    engagement.refresh_from_db()
    return engagement


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@given(st.lists(st.sampled_from(rules.STATES), max_size=8))
def test_the_archive_is_reached_only_by_closing(path: list[str]) -> None:
    taken = [rules.OPEN]
    for state in path:
        if rules.may_become(taken[-1], state):
            taken.append(state)
    assert not any((a, b) == (rules.OPEN, rules.ARCHIVED) for a, b in pairwise(taken))
    assert all(a != b for a, b in pairwise(taken))


def test_closing_keeps_why_and_what_was_learned(engagement: Engagement, lead: User) -> None:
    closed(engagement, lead, learning="Ask for the replica in week one.\nIt takes three.")
    assert (engagement.ending, engagement.ending_words, engagement.closed_by) == ("delivered", WORDS, lead)
    assert engagement.state == "closed"
    assert not engagement.is_open
    decision, learning = LogEntry.objects.filter(engagement=engagement).order_by("number")
    assert decision.entry_kind == EntryKind.DECISION
    assert decision.reason == WORDS
    assert learning.entry_kind == EntryKind.LEARNING
    assert (learning.title, learning.text) == ("Ask for the replica in week one.", "It takes three.")
    assert not decision.client_visible
    assert not learning.client_visible
    event = Event.objects.get(engagement_id=engagement.pk, verb="closed")
    assert event.actor == lead
    assert event.data["words"] == WORDS


def test_a_long_learning_keeps_every_word(engagement: Engagement) -> None:
    text = "word " * 100 + "end"
    closed(engagement, learning=text)
    entry = LogEntry.objects.get(entry_kind=EntryKind.LEARNING)
    assert len(entry.title) == 200
    assert entry.text == text


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ending": "bored"}, "ending"),
        ({"ending": ""}, "ending"),
        ({"words": "  \n "}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"learning": "x" * 20_001}, "learning"),
    ],
)
def test_closing_without_a_reason_is_refused(
    engagement: Engagement, said: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        closed(engagement, **said)
    assert refused.value.field == field
    engagement.refresh_from_db()
    assert engagement.is_open
    assert not LogEntry.objects.exists()


def test_what_is_under_way_comes_to_its_end_first(engagement: Engagement, lead: User) -> None:
    evaluation = make_evaluation(client=engagement.client.name, engagement=engagement.name)
    run = make_run(evaluation=evaluation, state="running")
    with pytest.raises(Refused, match=r"is under way: cancel it, or wait"):
        closed(engagement)
    page = signed_in(lead).get(reverse("engagements:close", args=[engagement.pk])).content.decode()
    assert "is under way" in page
    Run.objects.filter(pk=run.pk).update(state="done")
    closed(engagement)
    with pytest.raises(Refused, match="is closed"):
        runs.start(by=None, evaluation=evaluation, site=_known(run))
    Run.objects.filter(pk=run.pk).update(state="failed")
    with pytest.raises(Refused, match="is closed"):
        runs.resume(by=None, run=run)


def _known(run: Run) -> Any:
    run.site.public_key = "k"
    run.site.save()
    return run.site


def test_the_services_write_nothing_on_it_either(engagement: Engagement) -> None:
    action = make_item(engagement, Kind.ACTION)
    closed(engagement)
    writes: list[Callable[[], object]] = [
        lambda: make_item(engagement, Kind.RISK),
        lambda: items.change(by=None, item=action, version=None, title="Another"),
        lambda: items.move(by=None, item=action, state="done"),
        lambda: items.remove(by=None, item=action),
    ]
    for write in writes:
        with pytest.raises(Refused, match="is closed"), transaction.atomic():
            write()
    assert require_registered() == 0


def test_it_goes_on_where_it_was_left(engagement: Engagement, lead: User) -> None:
    action = make_item(engagement, Kind.ACTION)
    closed(engagement)
    endings.archive(by=lead, engagement=engagement)
    with pytest.raises(Refused, match="why it goes on"):
        endings.reopen(by=lead, engagement=engagement, words=" ")
    endings.reopen(by=lead, engagement=engagement, words="A second desk wants it.")
    engagement.refresh_from_db()
    assert engagement.is_open
    assert engagement.state == "open"
    assert engagement.ending == ""
    items.move(by=None, item=action, state="done")
    said = Event.objects.get(engagement_id=engagement.pk, verb="reopened").data
    assert said["before"] == {"ending": "delivered", "words": WORDS}
    assert "A second desk" in LogEntry.objects.order_by("-number")[0].reason


def test_each_step_follows_from_the_one_before(engagement: Engagement) -> None:
    for step in (endings.archive, endings.bring_back):
        with pytest.raises(Refused, match="is open and cannot become"):
            step(by=None, engagement=engagement)
    with pytest.raises(Refused, match="is open and cannot become open"):
        endings.reopen(by=None, engagement=engagement, words="On!")
    closed(engagement)
    with pytest.raises(Refused, match="is closed and cannot become closed"):
        closed(engagement)
    endings.archive(by=None, engagement=engagement)
    endings.bring_back(by=None, engagement=engagement)
    engagement.refresh_from_db()
    assert engagement.state == "closed"


@pytest.mark.parametrize(
    "half", [{"ending": "other"}, {"archived_at": timezone.now()}, {"closed_at": timezone.now()}]
)
def test_the_database_knows_no_half_ending(engagement: Engagement, half: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.filter(pk=engagement.pk).update(**half)


def test_it_leaves_the_lists_that_ask_for_work(engagement: Engagement, lead: User) -> None:
    make_item(engagement, Kind.ACTION, owner=lead, due=timezone.localdate())
    catch_up_with_all()
    assert standings.mine(lead)
    assert standings.due_to(lead)
    assert workable_by(lead)
    closed(engagement)
    catch_up_with_all()
    assert not standings.mine(lead)
    assert not standings.due_to(lead)
    assert not workable_by(lead)
    assert not may_work_on(lead, engagement)
    assert [one.pk for one in search(lead)] == [engagement.pk]
    assert not search(lead, state="open")
    assert search(lead, state="closed")
    endings.archive(by=lead, engagement=engagement)
    assert not search(lead)
    assert not search(lead, state="closed")
    assert search(lead, state="archived")
    assert palette(lead, engagement.name)[0].hits[0].note.endswith(", archived")


def test_the_portfolio_shows_it_to_whoever_asks(engagement: Engagement, lead: User) -> None:
    catch_up_with_all()
    closed(engagement)
    browser, address = signed_in(lead), reverse("overview:portfolio")
    shown = f'href="{engagement.get_absolute_url()}"'
    assert shown not in browser.get(address).content.decode()
    assert shown in browser.get(f"{address}?ended=closed").content.decode()
    assert shown not in browser.get(f"{address}?ended=archived").content.decode()
    export = b"".join(browser.get(reverse("overview:portfolio-csv") + "?ended=closed").streaming_content)
    assert engagement.name in export.decode()


def test_nobody_is_reminded_of_what_is_over(engagement: Engagement, lead: User) -> None:
    lead.timezone = "UTC"
    lead.save()
    make_item(engagement, Kind.ACTION, owner=lead, due=timezone.localdate() + timedelta(days=1))
    tomorrow = (timezone.now() + timedelta(days=1)).replace(hour=9)
    closed(engagement)
    InboxEntry.objects.all().delete()
    assert remind(now=tomorrow) == 0
    endings.reopen(by=None, engagement=engagement, words="On!")
    assert remind(now=tomorrow) == 1


def test_what_was_learned_counts_beyond_the_end(engagement: Engagement, lead: User) -> None:
    make_item(engagement, Kind.ENTRY, entry_kind="blocker", state="open", tags=["replica"])
    before = learnings(lead).blocked
    assert before
    closed(engagement)
    assert learnings(lead).blocked == before


def test_its_pages_stay_and_say_how_it_ended(engagement: Engagement, lead: User) -> None:
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    action = make_item(engagement, Kind.ACTION, client_visible=True)
    make_item(engagement, Kind.ACCESS_REQUEST, client_visible=True)
    closed(engagement, lead, ending="no_value")
    for address in (engagement.get_absolute_url(), action.get_absolute_url()):
        page = signed_in(lead).get(address).content.decode()
        assert "<strong>Closed.</strong>" in page
        assert WORDS in page
        assert "Reopen" in page
        assert 'id="log-box"' not in page
        assert "Waiting on the client" not in page
        theirs = signed_in(viewer).get(address).content.decode()
        assert "Closed on" in theirs
        assert WORDS not in theirs
        assert "Stopped" not in theirs
        assert "Reopen" not in theirs


def test_whoever_leads_it_closes_and_reopens_it_by_the_pages(engagement: Engagement, lead: User) -> None:
    engineer = make_member(engagement, MemberRole.ENGINEER).user
    close = reverse("engagements:close", args=[engagement.pk])
    said = {"ending": "blocked", "words": "No data.", "learning": ""}
    assert signed_in(engineer).post(close, said).status_code == 403
    browser = signed_in(lead)
    make_item(engagement, Kind.ACTION)
    assert "1 × Action" in browser.get(close).content.decode()
    wrong = browser.post(close, {"ending": "blocked", "words": "", "learning": "kept"}).content.decode()
    assert "This field is required" in wrong
    assert "kept</textarea>" in wrong
    assert browser.post(close, said).status_code == 302
    assert browser.get(close).status_code == 409
    archive = reverse("engagements:archive", args=[engagement.pk])
    assert "Archive" in browser.get(archive).content.decode()
    assert browser.post(archive).status_code == 302
    assert signed_in(engineer).post(archive).status_code == 403
    assert browser.post(reverse("engagements:bring-back", args=[engagement.pk])).status_code == 302
    reopen = reverse("engagements:reopen", args=[engagement.pk])
    assert browser.post(reopen, {"words": "On!"}).status_code == 302
    assert "It is open" in browser.get(reopen).content.decode()
    engagement.refresh_from_db()
    assert engagement.is_open


def test_the_api_says_that_it_is_closed(engagement: Engagement) -> None:
    token = issue_for_engagement(by=None, engagement=engagement, name="job", scopes=["log:write", "log:read"])
    closed(engagement)
    address = reverse("api:log-of-engagement", args=[engagement.pk])
    sent = {"headers": {"Authorization": f"Bearer {token.text}"}, "content_type": "application/json"}
    answer = Browser().post(address, {"line": "Called"}, **sent)
    assert answer.status_code == 409
    assert answer.json()["code"] == "closed"
    assert Browser().get(address, headers=sent["headers"]).status_code == 200


def wait_until_somebody_waits() -> bool:
    """Whether anybody came to wait for a lock within twenty seconds."""
    with connection.cursor() as cursor:
        for _ in range(400):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return True
            cursor.execute("SELECT pg_sleep(0.05)")
    return False


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_it_is_being_closed_comes_before_or_not_at_all() -> None:
    engagement = make_engagement()
    written, outcome = threading.Event(), []

    def write() -> None:
        try:
            with transaction.atomic():
                make_item(engagement, Kind.ACTION)
                written.set()
                waited_for = wait_until_somebody_waits()
                assert waited_for
            outcome.append("written")
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(20)
    closed(engagement)
    thread.join(20)
    assert outcome == ["written"]
    assert LogEntry.objects.get().created_at > Item.objects.get(kind=Kind.ACTION).created_at
    with pytest.raises(Refused, match="is closed"):
        make_item(engagement, Kind.ACTION)
