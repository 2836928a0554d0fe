"""Writing down what one line says: what it makes, once, and what it refuses."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements import notices
from apps.engagements.models import (
    AccessRequest,
    Action,
    Engagement,
    Item,
    Link,
    LogEntry,
    MemberRole,
    Milestone,
    Raid,
)
from apps.engagements.selectors import log as log_reads
from apps.engagements.selectors.log_places import place_named
from apps.engagements.services import gates, items
from apps.engagements.services import log as services
from apps.engagements.services.log import Unclear, log, preview
from tests.factories import make_client, make_engagement, make_member, make_user

from .writing import signed_in, write, written

pytestmark = pytest.mark.django_db


def test_each_kind_is_written_as_itself_and_nothing_besides(maria: User, engagement: Engagement) -> None:
    write(maria, engagement, "/risk high The API ends")
    write(maria, engagement, "/action @maria +3d Send it")
    write(maria, engagement, "/milestone +2w Go live")
    write(maria, engagement, "/access it +1w VPN for two")
    write(maria, engagement, "/blocker No VPN 90m #access !client")
    assert Raid.objects.get().severity == "high"
    action, milestone, request = Action.objects.get(), Milestone.objects.get(), AccessRequest.objects.get()
    today = services.today_of(maria)
    assert (action.owner, action.due) == (maria, today + timedelta(days=3))
    assert milestone.promised == milestone.due == today + timedelta(days=14)
    assert (request.approver, request.asked_for, request.asked_on) == ("it", "network", today)
    blocker = LogEntry.objects.get()
    assert (blocker.entry_kind, blocker.state, blocker.closed_at) == ("blocker", "open", None)
    assert (blocker.minutes, blocker.tags, blocker.client_visible) == (90, ["access"], True)
    assert written(engagement) == 5


def test_a_decision_keeps_reason_and_rejected_and_its_text_says_all(
    maria: User, engagement: Engagement
) -> None:
    made = write(
        maria, engagement, "/decision Use the replica because quick; rejected: live one because too slow"
    )
    assert (made.title, made.reason) == ("Use the replica", "quick")
    assert made.rejected == [{"option": "live one", "why": "too slow"}]
    assert "too slow" in made.text, "so that the search finds it"
    page = signed_in(maria).get(made.get_absolute_url()).content.decode()
    assert page.count("too slow") == 1


def test_an_action_without_a_name_is_the_writers_own(maria: User, engagement: Engagement) -> None:
    assert write(maria, engagement, "/action Send it").owner == maria


def test_references_become_links_and_mentions_are_told(maria: User, engagement: Engagement) -> None:
    told: list[notices.Notice] = []
    tom = make_member(engagement, user=make_user(name="Tom Orr", email="tom@example.com")).user
    risk = write(maria, engagement, "/risk The API ends")
    notices.register(told.append)
    try:
        note = write(maria, engagement, "Talked to @tom about R-1")
    finally:
        notices._receivers.remove(told.append)
    assert [(link.source_id, link.target_id, link.relation) for link in Link.objects.all()] == [
        (note.pk, risk.pk, "concerns")
    ]
    assert [(notice.to, notice.about) for notice in told] == [(tom, "mention")]


def test_a_day_begins_where_the_writer_is(engagement: Engagement, monkeypatch: pytest.MonkeyPatch) -> None:
    late = timezone.datetime(2026, 11, 21, 23, 30, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: late)
    east, west = make_user(), make_user()
    east.timezone, west.timezone = "Pacific/Auckland", "America/Los_Angeles"
    assert preview(by=east, engagement=engagement, line="/action today x").parsed.due == date(2026, 11, 22)
    assert preview(by=west, engagement=engagement, line="/action today x").parsed.due == date(2026, 11, 21)


def test_a_preview_says_what_it_will_be_and_writes_nothing(maria: User, engagement: Engagement) -> None:
    before = Item.objects.count(), Event.objects.count()
    draft = preview(by=maria, engagement=engagement, line="/action @maria tomorrow Send it !client")
    assert (draft.owner, draft.parsed.title, draft.parsed.client_visible) == (maria, "Send it", True)
    assert draft.due_words.endswith("tomorrow")
    assert (Item.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/risk hihg x", "Did you mean high?"),
        ("/action @nobody x", "@nobody is nobody here; "),
        ("/action @nell x", "is at the client and would not see this"),
        ("See R-99", "There is no R-99"),
        ("a\0b", "cannot be shown"),
        ("", "Say what"),
        ("\ud83d", "cannot be shown"),
    ],
)
def test_an_unclear_line_writes_nothing(
    maria: User, client_viewer: User, engagement: Engagement, line: str, says: str
) -> None:
    with pytest.raises(Unclear) as refused:
        write(maria, engagement, line)
    assert says in refused.value.message
    assert written(engagement) == 0


def test_two_of_one_name_are_told_apart_only_by_more(maria: User, engagement: Engagement) -> None:
    other = make_member(engagement, user=make_user(name="Maria Keller", email="mk@example.com")).user
    removed = make_user(name="Maria Gone", email="gone@example.com")
    assert write(maria, engagement, "/action @maria x").owner == maria, "an address wins over a name"
    assert write(maria, engagement, "/action @maria.keller x").owner == other
    maria.email = "lead@example.com"
    maria.save()
    with pytest.raises(Unclear) as refused:
        write(maria, engagement, "/action @maria x")
    assert "Maria Keller (@maria.keller)" in refused.value.message
    assert removed.name not in refused.value.message


def test_a_removed_item_or_one_of_another_engagement_is_none_to_speak_of(
    maria: User, engagement: Engagement
) -> None:
    elsewhere = make_member(make_engagement(), MemberRole.LEAD, user=maria).engagement
    write(maria, elsewhere, "/risk Theirs")
    items.remove(by=maria, item=write(maria, engagement, "/issue Ours"))
    for line in ("See R-1", "See I-1"):
        with pytest.raises(Unclear):
            write(maria, engagement, line)


def test_the_same_form_writes_once_and_another_line_under_its_key_is_another(
    maria: User, engagement: Engagement
) -> None:
    first = log(by=maria, engagement=engagement, line="Once", key="k")
    again = log(by=maria, engagement=engagement, line="Once", key="k")
    assert (first.new, again.new, again.item.pk) == (True, False, first.item.pk)
    assert log(by=maria, engagement=engagement, line="Twice", key="k").new
    assert log(by=make_user(Role.ADMIN), engagement=engagement, line="Once", key="k").new
    assert written(engagement) == 3


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_many_times_at_once_writes_once() -> None:
    engagement, admin = make_engagement(), make_user(Role.ADMIN)
    start, failed = threading.Barrier(5), []

    def send() -> None:
        start.wait(30)
        try:
            log(by=admin, engagement=engagement, line="/risk Once", key="k")
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Raid.objects.count() == 1


def test_of_two_engagements_of_one_name_none_is_guessed() -> None:
    manager = make_user(Role.MANAGER)
    first = make_engagement(client=make_client("A"), name="B · C")
    assert place_named(manager, str(first)) == first
    second = make_engagement(client=make_client("A · B"), name="C")
    assert str(first) == str(second)
    assert place_named(manager, str(first)) is None
    capital = make_engagement(client=make_client("İstanbul"), name="x")
    assert place_named(manager, str(capital)) == capital


def test_a_gate_decision_says_in_words_what_was_decided_and_what_was_passed_over(
    engagement: Engagement,
) -> None:
    manager = make_user(Role.MANAGER)
    gates.set_stage(by=manager, engagement=engagement, stage="connect", reason="The bank has begun")
    passed_over = engagement.items.get(kind="gate", number=1).gate.decisions.get().overrides.first()
    [entry] = log_reads.listed(manager, log_reads.found(manager, log_reads.Wanted(), engagement), 5)
    assert entry.title == "Go: scoping gate (G-1)"
    assert passed_over.title in entry.excerpt
    assert "The bank has begun" in entry.excerpt
    assert "Go: scoping gate" not in entry.excerpt
