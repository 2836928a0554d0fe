"""What is brought along is written down whole, once, or not at all, and everybody learns of it once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.delivery.models import InboxEntry
from apps.engagements.models import (
    Action,
    Engagement,
    Gate,
    Import,
    Item,
    Kind,
    LogEntry,
    MemberRole,
    Milestone,
    Raid,
)
from apps.engagements.rules import items as states
from apps.engagements.services import endings, imports, items
from apps.engagements.services.comments import add_comment
from apps.engagements.services.imports import looking, writing
from apps.engagements.tasks import forget_imports, perform_imports
from apps.overview.models import Changed
from tests.factories import make_engagement, make_member, make_user
from tests.factories.imports import make_import
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    person = make_user(name="Maria Lindqvist", email="maria@example.com")
    return make_member(engagement, MemberRole.LEAD, user=person).user


def take(pending: Import) -> Import:
    return imports.take(by=pending.by, pending=pending, seen=imports.digest_of(pending))


def brought(engagement: Engagement, by: User, what: str, text: str, **wanted: Any) -> Import:
    pending = make_import(engagement, text, what=what, by=by)
    if wanted:
        pending = imports.remap(by=by, pending=pending, **wanted)
    return take(pending)


def test_actions_arrive_with_owner_date_state_and_tags(engagement: Engagement, maria: User) -> None:
    make_item(engagement, Kind.ACTION)
    text = (
        "Summary;Assignee;Due date;Status;Labels;Created\n"
        'Call the bank;"Lindqvist, Maria";31.12.2026;In progress;data, Needs Review;01.10.2026 09:30\n'
    )
    done = brought(engagement, maria, "actions", text)
    found = Action.objects.get(title="Call the bank")
    assert (found.owner, found.due, found.state) == (maria, date(2026, 12, 31), "doing")
    assert (found.tags, found.number, found.by, found.version) == (["data", "needs-review"], 2, maria, 1)
    assert (f"{found.at:%Y-%m-%d %H:%M}", found.client_visible) == ("2026-10-01 09:30", False)
    assert {name: done.counts[name] for name in ("written", "skipped", "refused")} == {
        "written": 1, "skipped": 0, "refused": 0,
    }  # fmt: skip


def test_a_raid_log_in_german_becomes_risks_and_the_others(engagement: Engagement, maria: User) -> None:
    text = (
        "Titel;Typ;Eintrittswahrscheinlichkeit;Auswirkung;Massnahme;Verantwortlich;Fällig;Status\n"
        "Schnittstelle fehlt;Risiko;70 %;5;Früh anfragen;Maria Lindqvist;31.12.2026;offen\n"
        "Daten sind vollständig;Annahme;;2;;;;bestätigt\n"
        "Server steht;Problem;;4;;;;erledigt\n"
    )
    brought(engagement, maria, "risks", text)
    risk = Raid.objects.get(kind="risk")
    assert (risk.severity, risk.likelihood, risk.response) == ("high", "high", "Früh anfragen")
    assert (risk.owner, risk.state) == (maria, "open")
    assert Raid.objects.get(kind="assumption").state == "confirmed"
    issue = Raid.objects.get(kind="issue")
    assert (issue.state, issue.likelihood, issue.severity) == ("resolved", "", "high")


def test_milestones_keep_what_was_promised_first(engagement: Engagement, maria: User) -> None:
    text = "Milestone,Baseline Finish,Finish,Actual Finish\nPilot over,2026-05-01,2026-06-01,2026-06-10\n"
    brought(engagement, maria, "milestones", text)
    found = Milestone.objects.get()
    assert (found.promised, found.due, found.reached_on) == (
        date(2026, 5, 1),
        date(2026, 6, 1),
        date(2026, 6, 10),
    )
    assert (found.state, found.closed_at and found.closed_at.date()) == ("reached", date(2026, 6, 10))


def test_the_log_keeps_who_wrote_it_and_names_of_nobody_here_as_words(
    engagement: Engagement, maria: User
) -> None:
    ben = make_member(engagement, user=make_user(name="Ben Okafor")).user
    text = (
        "When,Text,Type,Author,Hours\n"
        "2026-03-02 10:00,Kick-off,meeting,Ben Okafor,1:30\n"
        "2026-03-03,Nobody answers,blocker,Old Colleague,\n"
    )
    brought(engagement, maria, "log", text)
    first, second = LogEntry.objects.order_by("number")
    assert (first.by, first.minutes, first.entry_kind, first.state) == (ben, 90, "meeting", "noted")
    assert (second.by, second.state, second.text) == (
        maria,
        "open",
        "Nobody answers\n\nWritten by: Old Colleague",
    )


def test_what_was_written_can_be_changed_by_the_ordinary_services(
    engagement: Engagement, maria: User
) -> None:
    brought(engagement, maria, "actions", "Title\nFirst\nSecond\n")
    for item in Action.objects.all():
        items.move(by=maria, item=item, state="done")
    assert (
        items.write(by=maria, model=Action, engagement=engagement, kind="action", title="Third").number == 3
    )


def test_every_state_that_a_word_may_mean_is_one_of_its_kind(engagement: Engagement, maria: User) -> None:
    lines = [f"{kind} {state},{kind},{state}" for kind in ("risk", "assumption", "issue", "dependency")
             for state in states.STATES[kind]]  # fmt: skip
    done = brought(engagement, maria, "risks", "\n".join(["Title,Kind,State", *lines]))
    assert done.counts["written"] == len(lines)
    assert all(f"{one.kind} {one.state}" == one.title for one in Raid.objects.all())


def test_refused_rows_are_left_out_and_kept_for_a_day(engagement: Engagement, maria: User) -> None:
    text = "Title,Due\nGood,2026-12-31\nBad,31.02.2026\n,2026-12-31\n"
    pending = make_import(engagement, text, by=maria)
    looked = imports.look(pending)
    assert (looked["new"], looked["refused"]) == (1, 2)
    assert looked["shown"][0]["troubles"] == [
        {
            "column": "Due",
            "value": "31.02.2026",
            "message": "There is no day 31 of month 2 in 2026. Write it such as 2026-12-31.",
        }
    ]
    assert Item.objects.filter(kind="action").count() == 0
    done = take(pending)
    assert [one.title for one in Action.objects.all()] == ["Good"]
    kept = bytes(done.content).decode().splitlines()
    assert kept[0] == "Title,Due,What is wrong"
    assert kept[1].startswith("Bad,31.02.2026,Due: There is no day 31")
    assert len(kept) == 3


def test_a_mended_file_is_imported_without_writing_anything_twice(
    engagement: Engagement, maria: User
) -> None:
    brought(engagement, maria, "actions", "Title,Due\nGood,2026-12-31\nBad,31.02.2026\n")
    done = brought(engagement, maria, "actions", "Title,Due\nGood,2026-12-31\nBad,28.02.2027\n")
    assert (done.counts["written"], done.counts["skipped"]) == (1, 1)
    assert Action.objects.count() == 2


def test_duplicates_in_the_file_and_on_the_engagement_are_skipped(
    engagement: Engagement, maria: User
) -> None:
    make_item(engagement, Kind.ACTION, title="Call  the bank", due=date(2026, 12, 31))
    text = "Title,Due\ncall the Bank,2026-12-31\nCall the bank,2027-01-01\nCall the bank,2027-01-01\n"
    pending = make_import(engagement, text, by=maria)
    looked = imports.look(pending)
    assert (looked["new"], looked["duplicate"]) == (1, 2)
    assert [row["same"] for row in looked["shown"]] == ["on the engagement already", "", "the same as row 3"]
    again = imports.remap(by=maria, pending=pending, again=True)
    assert imports.look(again)["new"] == 3


def test_a_log_entry_is_a_duplicate_by_text_and_time(engagement: Engagement, maria: User) -> None:
    text = "When,Text\n2026-03-02 10:00,Called\n2026-03-02 11:00,Called\n,Called\n"
    brought(engagement, maria, "log", text)
    assert LogEntry.objects.count() == 3
    looked = imports.look(make_import(engagement, text, what="log", by=maria))
    assert (looked["new"], looked["duplicate"]) == (0, 3)


def test_what_was_removed_is_no_duplicate(engagement: Engagement, maria: User) -> None:
    brought(engagement, maria, "actions", "Title\nCall\n")
    items.remove(by=maria, item=Action.objects.get())
    assert brought(engagement, maria, "actions", "Title\nCall\n").counts["written"] == 1


def test_unknown_people_are_given_to_somebody_or_stay_words(engagement: Engagement, maria: User) -> None:
    text = "Title,Owner\nOne,M. L.\nTwo,m. l.\nThree,Somebody Else\n"
    pending = make_import(engagement, text, by=maria)
    assert imports.look(pending)["names"] == [
        {"name": "M. L.", "count": 2},
        {"name": "Somebody Else", "count": 1},
    ]
    pending = imports.remap(by=maria, pending=pending, people={"m. l.": str(maria.pk)})
    take(pending)
    assert {one.title: (one.owner, one.text) for one in Action.objects.all()} == {
        "One": (maria, ""), "Two": (maria, ""), "Three": (None, "Owner: Somebody Else"),
    }  # fmt: skip


def test_somebody_of_another_engagement_is_nobody_here(engagement: Engagement, maria: User) -> None:
    stranger = make_member(make_engagement()).user
    pending = make_import(engagement, f"Title,Owner\nOne,{stranger.email}\n", by=maria)
    pending = imports.remap(by=maria, pending=pending, people={stranger.email: str(stranger.pk)})
    take(pending)
    assert Action.objects.get().owner is None


def test_a_formula_stays_text(engagement: Engagement, maria: User) -> None:
    formula = '=HYPERLINK("http://x","y")'
    text = f'Title,Text\n"{formula.replace(chr(34), chr(34) * 2)}","\'+1+1"\n'
    looked = imports.look(make_import(engagement, text, by=maria))
    assert looked["formulas"] == 1
    brought(engagement, maria, "actions", text)
    assert (Action.objects.get().title, Action.objects.get().text) == (formula, "+1+1")


def test_nothing_becomes_client_visible_unless_the_column_says_so_and_the_person_too(
    engagement: Engagement, maria: User
) -> None:
    text = "Title,Client-visible\nOne,yes\nTwo,no\n"
    brought(engagement, maria, "actions", text)
    assert not Action.objects.filter(client_visible=True).exists()
    brought(engagement, maria, "milestones", "Title,Due\nPilot,2026-12-31\n", shown=True)
    assert not Milestone.objects.get().client_visible
    brought(engagement, maria, "actions", text, shown=True, again=True)
    assert [one.title for one in Action.objects.filter(client_visible=True)] == ["One"]


def test_a_client_viewer_owns_nothing_that_they_cannot_see(engagement: Engagement, maria: User) -> None:
    viewer = make_user(Role.CLIENT, name="Cleo Client")
    make_member(engagement, MemberRole.VIEWER, user=viewer)
    text = "Title,Owner,Client-visible\nOne,Cleo Client,yes\n"
    pending = make_import(engagement, text, by=maria)
    assert (
        "client viewer and could not see this" in imports.look(pending)["shown"][0]["troubles"][0]["message"]
    )
    take(imports.remap(by=maria, pending=pending, shown=True))
    assert Action.objects.get().owner == viewer


def test_a_second_press_writes_nothing(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, by=maria)
    seen = imports.digest_of(pending)
    take(pending)
    with pytest.raises(Refused, match="imported already"):
        imports.take(by=maria, pending=pending, seen=seen)
    with pytest.raises(Refused, match="imported already"):
        imports.remap(by=maria, pending=pending, again=True)
    assert Action.objects.count() == 1


def test_a_row_of_an_import_cannot_stand_there_twice(engagement: Engagement, maria: User) -> None:
    """Even if every check were passed by: the id of what is written follows from the import and the row."""
    pending = make_import(engagement, by=maria)
    content = bytes(pending.content)
    take(pending)
    Import.objects.filter(pk=pending.pk).update(taken_at=None, content=content, counts={})
    pending = imports.remap(by=maria, pending=Import.objects.get(pk=pending.pk), again=True)
    with pytest.raises(Refused, match="nothing was written down"):
        take(pending)


def test_a_stale_tab_is_told_to_look_again(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, by=maria)
    seen = imports.digest_of(pending)
    imports.remap(by=maria, pending=pending, columns={"title": 0})
    with pytest.raises(Refused, match="changed meanwhile"):
        imports.take(by=maria, pending=pending, seen=seen)


def test_a_row_that_fails_in_the_middle_leaves_nothing(
    engagement: Engagement, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third of five is taken by somebody else's row; batches of two were on their way to the table before."""
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    pending = make_import(engagement, "Title\n" + "".join(f"Row {n}\n" for n in range(5)), by=maria)
    elsewhere = make_engagement()
    blocking = writing.id_of(pending, 4)
    items.write(by=None, model=Action, engagement=elsewhere, kind="action", title="In the way", id=blocking)
    events = Event.objects.count()
    with pytest.raises(Refused, match="nothing was written down"):
        take(pending)
    assert Action.objects.filter(engagement=engagement).count() == 0
    assert Event.objects.count() == events
    assert Import.objects.get(pk=pending.pk).taken_at is None


def test_a_closed_engagement_takes_nothing(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, by=maria)
    endings.close(by=maria, engagement=engagement, ending="delivered", words="Done.")
    with pytest.raises(Refused, match="closed"):
        take(pending)
    with pytest.raises(Refused, match="closed"):
        make_import(Engagement.objects.get(pk=engagement.pk), by=maria)


def test_who_may_no_longer_work_there_imports_nothing(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, by=maria)
    engagement.members.all().delete()
    with pytest.raises(Refused, match="no longer"):
        take(pending)


def test_an_owner_gets_one_notice_however_many_rows(engagement: Engagement, maria: User) -> None:
    ben = make_member(engagement, user=make_user(name="Ben Okafor")).user
    rows = "".join(f"Row {n} for @maria,Ben Okafor,open\n" for n in range(12))
    brought(engagement, maria, "actions", f"Title,Owner,State\n{rows}Over,Ben Okafor,done\nMine,maria,open\n")
    entry = InboxEntry.objects.get(to=ben)
    assert entry.text == "Maria Lindqvist gave you 12 actions, brought along from a file"
    assert not InboxEntry.objects.filter(to=maria).exists()


def test_every_row_is_in_the_audit_trail_and_the_import_once(engagement: Engagement, maria: User) -> None:
    done = brought(engagement, maria, "actions", "Title\nOne\nTwo\n")
    for one in Action.objects.all():
        event = Event.objects.get(subject_id=one.pk)
        assert (event.verb, event.actor, event.subject_type) == ("written", maria, "action")
        assert (event.data["after"]["title"], event.data["file"]) == (one.title, "rows.csv")
    assert Event.objects.get(subject_id=done.pk).data["written"] == 2
    assert Changed.objects.filter(engagement_id=engagement.pk).exists()


def test_gates_look_again_once(engagement: Engagement, maria: User) -> None:
    gate = Gate.objects.get(engagement=engagement, stage=engagement.stage)
    Gate.objects.filter(pk=gate.pk).update(required=99)
    brought(engagement, maria, "risks", "Title,Severity\nOne,high\nTwo,high\n")
    gate.refresh_from_db()
    assert gate.required != 99


def test_an_import_is_undone_apart_from_what_somebody_has_touched(
    engagement: Engagement, maria: User
) -> None:
    done = brought(engagement, maria, "actions", "Title\nOne\nTwo\nThree\nFour\n")
    one, two, *_ = Action.objects.order_by("number")
    items.move(by=maria, item=one, state="done")
    add_comment(by=maria, item=two, text="Who?")
    undone = imports.undo(by=maria, pending=done)
    assert (undone.counts["undone"], undone.counts["left"]) == (2, 2)
    left = Action.objects.filter(removed_at=None).order_by("number")
    assert [item.title for item in left] == ["One", "Two"]
    three = Action.objects.get(title="Three")
    assert Event.objects.filter(subject_id=three.pk, verb="removed", actor=maria).count() == 1
    items.restore(by=maria, item=three)
    with pytest.raises(Refused, match="can no longer be undone"):
        imports.undo(by=maria, pending=done)


def test_after_a_day_an_import_stays(engagement: Engagement, maria: User) -> None:
    done = brought(engagement, maria, "actions", "Title\nOne\n")
    Import.objects.filter(pk=done.pk).update(taken_at=timezone.now() - DAY)
    with pytest.raises(Refused, match="can no longer be undone"):
        imports.undo(by=maria, pending=done)


def test_what_waits_is_forgotten_after_a_day(engagement: Engagement, maria: User) -> None:
    old, fresh = make_import(engagement, by=maria), make_import(engagement, by=maria)
    taken = brought(engagement, maria, "actions", "Title,Due\nGood,\nBad,never\n")
    Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - DAY)
    Import.objects.filter(pk=taken.pk).update(taken_at=timezone.now() - DAY)
    assert forget_imports() == 2
    assert set(Import.objects.values_list("pk", flat=True)) == {fresh.pk, taken.pk}
    assert bytes(Import.objects.get(pk=taken.pk).content) == b""
    Import.objects.filter(pk=fresh.pk).update(created_at=timezone.now() - DAY, counts={"doing": "take"})
    assert forget_imports() == 0, "what is being written down is not forgotten"


def test_a_file_may_be_dropped(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, by=maria)
    imports.drop(by=maria, pending=pending)
    with pytest.raises(Refused, match="gone"):
        take(pending)


def test_what_a_worker_cannot_write_is_said_and_can_be_tried_again(
    engagement: Engagement, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MANY", 1)
    pending = make_import(engagement, "Title,Due\nBad,never\nWorse,ever\n", by=maria)
    take(pending)
    assert perform_imports() == 1
    told = Import.objects.get(pk=pending.pk)
    assert "nothing to write down" in told.counts["trouble"]
    imports.remap(by=maria, pending=told, columns={"title": 0})
    take(Import.objects.get(pk=pending.pk))
    with pytest.raises(Refused, match="right now"):
        take(Import.objects.get(pk=pending.pk))
    assert perform_imports() == 1
    assert Action.objects.count() == 2
    assert perform_imports() == 0
