"""RAID, actions, milestones, stakeholders, access requests: what their services promise and refuse."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import notices
from apps.engagements.models import AccessRequest, Action, Engagement, Item, LogEntry, MemberRole, Milestone
from apps.engagements.selectors.registers import requests as reads
from apps.engagements.selectors.registers.raid import raid_of
from apps.engagements.services import items
from apps.engagements.services.registers import actions, milestones, raid, requests, stakeholders
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


def day(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


def client_of(engagement: Engagement) -> Any:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


def code_of(caught: Any) -> tuple[str, str | None]:
    return caught.value.code, caught.value.field


ADD = {
    "raid": lambda **said: raid.add_raid(by=None, kind="risk", **said),
    "action": lambda **said: actions.add_action(by=None, **said),
    "milestone": lambda **said: milestones.add_milestone(by=None, **{"due": day(3), **said}),
    "stakeholder": lambda **said: stakeholders.add_stakeholder(by=None, **said),
    "request": lambda **said: requests.add_request(by=None, **said),
}


@pytest.mark.parametrize("register", ["raid", "action", "milestone", "request"])
def test_a_new_date_in_the_past_is_refused_at_its_field(engagement: Engagement, register: str) -> None:
    with pytest.raises(Refused) as caught:
        ADD[register](engagement=engagement, title="x", due=day(-1))
    assert code_of(caught) == ("past", "due")
    assert str(day(0)) in caught.value.message
    assert ADD[register](engagement=engagement, title="x", due=day(0)).due == day(0)


def test_a_date_that_has_passed_may_stay_when_something_else_changes(engagement: Engagement) -> None:
    action = actions.add_action(by=None, engagement=engagement, title="x", due=day(1))
    Action.objects.filter(pk=action.pk).update(due=day(-9))
    action.refresh_from_db()
    changed = actions.change_action(by=None, item=action, version=1, title="y", due=day(-9))
    assert (changed.title, changed.due) == ("y", day(-9))
    with pytest.raises(Refused, match="lies in the past"):
        actions.change_action(by=None, item=changed, version=2, due=day(-8))


@pytest.mark.parametrize("register", list(ADD))
@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "a\x00b"])
def test_a_title_that_cannot_be_kept_is_refused(engagement: Engagement, register: str, title: str) -> None:
    with pytest.raises(Refused) as caught:
        ADD[register](engagement=engagement, title=title)
    assert caught.value.field == "title"


@pytest.mark.parametrize("register", list(ADD))
def test_what_is_sent_twice_is_written_down_once(engagement: Engagement, register: str) -> None:
    once = uuid4()
    first = ADD[register](engagement=engagement, title="x", once=once)
    again = ADD[register](engagement=engagement, title="x", once=once)
    assert first.pk == again.pk == once
    assert Item.objects.filter(engagement=engagement, kind=first.kind).count() == 1


def test_an_id_that_is_somebody_elses_gives_a_new_item_and_nothing_of_theirs(engagement: Engagement) -> None:
    theirs = make_item(make_engagement(), "action", title="theirs")
    mine = actions.add_action(by=None, engagement=engagement, title="mine", once=theirs.pk)
    assert mine.pk != theirs.pk
    assert Action.objects.get(pk=theirs.pk).title == "theirs"


def test_only_members_own_things_and_somebody_who_left_may_stay(engagement: Engagement) -> None:
    stranger, member = make_user(), make_member(engagement)
    with pytest.raises(Refused) as caught:
        actions.add_action(by=None, engagement=engagement, title="x", owner=stranger)
    assert code_of(caught) == ("not_a_member", "owner")
    action = actions.add_action(by=None, engagement=engagement, title="x", owner=member.user)
    member.delete()
    assert actions.change_action(by=None, item=action, version=1, title="y", owner=action.owner).title == "y"


def test_a_client_viewer_owns_nothing_that_they_could_not_see(engagement: Engagement) -> None:
    viewer = client_of(engagement)
    with pytest.raises(Refused) as caught:
        actions.add_action(by=None, engagement=engagement, title="x", owner=viewer)
    assert code_of(caught) == ("hidden_from_owner", "owner")
    shown = actions.add_action(by=None, engagement=engagement, title="x", owner=viewer, client_visible=True)
    with pytest.raises(Refused, match="could not see"):
        actions.change_action(by=None, item=shown, version=1, client_visible=False)


def test_only_risks_have_a_likelihood(engagement: Engagement) -> None:
    said = {"by": None, "engagement": engagement, "title": "x"}
    assert raid.add_raid(kind="risk", **said).likelihood == "medium"
    assert raid.add_raid(kind="issue", likelihood="high", **said).likelihood == ""
    with pytest.raises(Refused):
        raid.add_raid(kind="action", **said)


def test_raid_comes_open_first_then_by_exposure_then_the_oldest(engagement: Engagement) -> None:
    made = {}
    for name, kind, severity, likelihood in (
        ("closed", "risk", "high", "high"),
        ("nine", "risk", "high", "high"),
        ("issue", "issue", "medium", ""),
        ("old six", "risk", "medium", "high"),
        ("low", "dependency", "low", ""),
    ):
        made[name] = make_item(engagement, kind, severity=severity, likelihood=likelihood, title=name)
    items.move(by=None, item=made["closed"], state="closed")
    found = raid_of(make_user(Role.ADMIN), engagement)
    assert [item.title for item in found] == ["nine", "issue", "old six", "low", "closed"]
    assert [item.exposure for item in found] == [9, 6, 6, 2, 9]


def test_a_moved_milestone_keeps_its_first_date_and_says_why(engagement: Engagement) -> None:
    fde = make_member(engagement).user
    item = milestones.add_milestone(by=fde, engagement=engagement, title="x", due=day(10))
    assert (item.promised, item.client_visible) == (day(10), True)
    moved = milestones.move_milestone(by=fde, item=item, due=day(40), why="  The export is late. ")
    assert (moved.promised, moved.due) == (day(10), day(40))
    event = Event.objects.get(subject_id=item.pk, verb="promise moved")
    assert event.data["why"] == "The export is late."
    assert (event.data["before"]["due"], event.data["after"]["due"]) == (str(day(10)), str(day(40)))


def test_a_milestone_moves_neither_without_a_reason_nor_into_the_past_nor_once_it_is_over(
    engagement: Engagement,
) -> None:
    item = milestones.add_milestone(by=None, engagement=engagement, title="x", due=day(10))
    for said, field in (({"due": day(20), "why": " "}, "why"), ({"due": day(-1), "why": "y"}, "due")):
        with pytest.raises(Refused) as caught:
            milestones.move_milestone(by=None, item=item, **said)
        assert caught.value.field == field
    dropped = items.move(by=None, item=item, state="dropped")
    with pytest.raises(Refused, match="only a planned milestone"):
        milestones.move_milestone(by=None, item=dropped, due=day(20), why="y")
    assert Milestone.objects.get(pk=item.pk).due == day(10)


def test_a_milestone_is_reached_on_a_day_that_has_come(engagement: Engagement) -> None:
    item = milestones.add_milestone(by=None, engagement=engagement, title="x", due=day(10))
    with pytest.raises(Refused) as caught:
        milestones.reach_milestone(by=None, item=item, reached_on=day(1))
    assert code_of(caught) == ("ahead", "reached_on")
    reached = milestones.reach_milestone(by=None, item=item, reached_on=day(-2))
    assert (reached.state, reached.reached_on) == ("reached", day(-2))


@pytest.mark.parametrize("as_item", [True, False])
def test_whoever_moves_a_milestone_or_a_request_its_day_goes_along(
    engagement: Engagement, as_item: bool
) -> None:
    for kind, state, field, back in (
        ("milestone", "reached", "reached_on", "planned"),
        ("access_request", "granted", "answered_on", "asked"),
    ):
        item = make_item(engagement, kind)
        given = Item.objects.get(pk=item.pk) if as_item else item
        items.move(by=None, item=given, state=state)
        item.refresh_from_db()
        assert getattr(item, field) == day(0)
        items.move(by=None, item=given, state=back)
        item.refresh_from_db()
        assert getattr(item, field) is None


def test_a_stakeholder_is_never_client_visible(engagement: Engagement) -> None:
    with pytest.raises(Refused) as caught:
        stakeholders.add_stakeholder(by=None, engagement=engagement, title="x", client_visible=True)
    assert code_of(caught) == ("internal", "client_visible")


def test_a_request_refers_only_to_what_is_on_its_engagement(engagement: Engagement) -> None:
    other = make_engagement()
    for field, kind in (("asked_of", "stakeholder"), ("holds_up", "gate")):
        foreign = other.items.filter(kind=kind).first() or make_item(other, kind)
        with pytest.raises(Refused) as caught:
            requests.add_request(by=None, engagement=engagement, title="x", **{field: foreign})
        assert code_of(caught) == ("elsewhere", field)


def test_a_request_is_client_visible_and_was_asked_no_later_than_today(engagement: Engagement) -> None:
    item = requests.add_request(by=None, engagement=engagement, title="x")
    assert (item.client_visible, item.asked_on, item.state) == (True, day(0), "asked")
    with pytest.raises(Refused) as caught:
        requests.add_request(by=None, engagement=engagement, title="x", asked_on=day(1))
    assert code_of(caught) == ("ahead", "asked_on")


def test_an_answer_has_a_day_words_and_a_name_and_whoever_asked_is_told(
    engagement: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[notices.Notice] = []
    monkeypatch.setattr(notices, "_receivers", [told.append])
    fde, viewer = make_member(engagement).user, client_of(engagement)
    item = requests.add_request(
        by=fde, engagement=engagement, title="replica", asked_on=day(-5), owner=viewer
    )
    told.clear()
    answered = requests.answer_request(by=viewer, item=item, state="granted", words=" Use port 5433. ")
    assert (answered.state, answered.answered_on) == ("granted", day(0))
    comment = item.comments.get()
    assert (comment.by, comment.text, comment.internal) == (viewer, "Use port 5433.", False)
    assert Event.objects.get(subject_id=item.pk, verb="granted").actor == viewer
    assert f"{viewer.name} answered {item}: granted" in [notice.text for notice in told]
    assert {notice.to for notice in told} == {fde}


def test_a_request_is_answered_once_and_refused_only_with_words(engagement: Engagement) -> None:
    viewer = client_of(engagement)
    item = requests.add_request(by=None, engagement=engagement, title="x", asked_on=day(-5))
    for said, code in (
        ({"state": "refused", "words": " "}, ("words", "words")),
        ({"state": "withdrawn", "words": "no"}, ("answer", "state")),
        ({"state": "granted", "answered_on": day(1)}, ("ahead", "answered_on")),
        ({"state": "granted", "answered_on": day(-6)}, ("before_asking", "answered_on")),
    ):
        with pytest.raises(Refused) as caught:
            requests.answer_request(by=viewer, item=item, **said)
        assert code_of(caught) == code
    requests.answer_request(by=viewer, item=item, state="refused", words="No budget.")
    with pytest.raises(Refused, match="no longer waiting: it is refused"):
        requests.answer_request(by=viewer, item=item, state="granted")
    assert AccessRequest.objects.get(pk=item.pk).state == "refused"


def test_the_database_takes_no_answer_from_before_the_question(engagement: Engagement) -> None:
    item = requests.add_request(by=None, engagement=engagement, title="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRequest.objects.filter(pk=item.pk).update(answered_on=day(-1))


def test_a_chase_stands_in_the_log_once_a_day(engagement: Engagement) -> None:
    fde = make_member(engagement).user
    item = requests.add_request(by=fde, engagement=engagement, title="replica", asked_on=day(-5))
    entry = requests.chase(by=fde, item=item)
    assert (entry.title, entry.entry_kind, entry.client_visible) == (f"Chased {item}", "note", False)
    listed = reads.requests_of(fde, engagement).get()
    assert listed.chased_at == entry.at == reads.last_chased(item)
    with pytest.raises(Refused, match="chased today already"):
        requests.chase(by=fde, item=item)
    items.remove(by=fde, item=entry)
    assert reads.requests_of(fde, engagement).get().chased_at is None
    items.move(by=None, item=item, state="granted")
    with pytest.raises(Refused, match="no longer waiting"):
        requests.chase(by=fde, item=item)
    assert LogEntry.objects.filter(engagement=engagement, tags__contains=["chased"]).count() == 1
