"""The whole way: from what somebody writes down to inbox and mail of whom it concerns."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from apps.accounts import services as accounts
from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.delivery import selectors, services
from apps.delivery.models import InboxEntry, Mute, Preference
from apps.engagements.models import Kind, MemberRole
from apps.engagements.notices import About, Notice, tell
from apps.engagements.services import items, remove_member
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

from .told import about, action, anybody, client_of, entries, send, tell_of

pytestmark = pytest.mark.django_db


def test_who_is_given_something_finds_it_in_the_inbox_and_in_the_mail() -> None:
    engagement = make_engagement()
    tom, maria = anybody(engagement, name="Tom Weber"), anybody(engagement, name="Maria Lindqvist")
    item = action(engagement, by=tom, owner=maria, title="Send the sample")
    (entry,) = entries(maria)
    assert (entry.about, entry.item_id, entry.by, entry.read_at) == ("assignment", item.pk, tom, None)
    assert entry.text == "Tom Weber gave you A-1 Send the sample"
    assert send() == 1
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [([maria.email], entry.text)]


def test_who_is_mentioned_is_told() -> None:
    engagement = make_engagement()
    tom = anybody(engagement, name="Tom Weber")
    maria = anybody(engagement, name="Maria Lindqvist", email="maria@example.com")
    make_item(engagement, Kind.RISK, by=tom, title="Rows are late", text="@maria knows why")
    assert about(maria) == ["mention"]
    assert about(tom) == []


def test_nobody_is_told_what_they_did_themselves() -> None:
    engagement = make_engagement()
    maria = anybody(engagement, name="Maria Lindqvist", email="maria@example.com")
    action(engagement, by=maria, owner=maria, text="@maria, do not forget")
    assert entries(maria) == []


def test_nobody_deactivated_is_told() -> None:
    engagement = make_engagement()
    maria, tom = anybody(engagement), anybody(engagement)
    accounts.deactivate(by=None, user=maria)
    action(engagement, by=tom, owner=maria)
    assert entries(maria) == []


def test_client_viewers_are_told_of_what_they_may_see_and_nothing_else() -> None:
    engagement = make_engagement()
    viewer, tom = client_of(engagement), anybody(engagement)
    action(engagement, by=tom, owner=viewer, title="internal")
    assert entries(viewer) == []
    action(engagement, by=tom, owner=viewer, client_visible=True, title="for the client")
    assert [entry.text for entry in entries(viewer)] == [f"{tom.name} gave you A-2 for the client"]


def test_nobody_is_told_of_an_engagement_they_are_not_on() -> None:
    stranger = make_user()
    assert not tell_of(action(make_engagement()), stranger)
    assert entries(stranger) == []


def test_a_notice_about_the_whole_engagement_is_kept_too() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    tell(Notice(About.GATE, maria, None, engagement, None, "The pilot stage began"))
    assert [(entry.item, entry.text) for entry in entries(maria)] == [(None, "The pilot stage began")]


def test_an_entry_says_something_although_the_notice_does_not() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    tell(Notice(About.GATE, maria, None, engagement, None, "\n\0 "))
    assert [entry.text for entry in entries(maria)] == ["Gates"]


class TestPreferences:
    @pytest.mark.parametrize("kind", list(About))
    def test_what_is_switched_off_reaches_nobody(self, kind: About) -> None:
        engagement = make_engagement()
        maria = anybody(engagement)
        off = {(kind.value, "inbox"): False, (kind.value, "email"): False}
        services.choose(by=maria, user=maria, wanted=off)
        tell_of(action(engagement), maria, kind)
        assert (entries(maria), send(), mail.outbox) == ([], 0, [])

    def test_only_by_mail_stands_in_no_inbox(self) -> None:
        engagement = make_engagement()
        maria = anybody(engagement)
        services.choose(by=maria, user=maria, wanted={("mention", "inbox"): False})
        tell_of(action(engagement), maria)
        assert list(selectors.inbox_of(maria)) == []
        assert (selectors.unread_count(maria), send(), len(mail.outbox)) == (0, 1, 1)

    def test_comments_are_mailed_only_to_whoever_asks_for_it(self) -> None:
        engagement = make_engagement()
        maria, tom = anybody(engagement), anybody(engagement)
        services.choose(by=tom, user=tom, wanted={("comment", "email"): True})
        for person in (maria, tom):
            tell_of(action(engagement), person, About.COMMENT)
        assert (about(maria), about(tom), send()) == (["comment"], ["comment"], 1)
        assert mail.outbox[0].to == [tom.email]

    def test_a_change_is_on_record_with_what_was_before(self) -> None:
        maria = make_user()
        services.choose(by=maria, user=maria, wanted={("due", "email"): False, ("due", "inbox"): True})
        event = Event.objects.get(verb="notices chosen")
        assert (event.actor, event.subject_id) == (maria, maria.pk)
        assert event.data == {"before": {"due by email": "on"}, "after": {"due by email": "off"}}
        services.choose(by=maria, user=maria, wanted={("due", "email"): False})
        assert Event.objects.filter(verb="notices chosen").count() == 1

    def test_one_chooses_for_oneself_alone(self) -> None:
        admin, maria = make_user(Role.ADMIN), make_user()
        with pytest.raises(Refused, match="choose themselves"):
            services.choose(by=admin, user=maria, wanted={("due", "email"): False})
        with pytest.raises(Refused, match="choose themselves"):
            services.mute(by=admin, user=maria, engagement=make_engagement())

    def test_there_are_no_other_kinds(self) -> None:
        maria = make_user()
        for key in (("gossip", "email"), ("due", "fax")):
            with pytest.raises(Refused, match="no such kind"):
                services.choose(by=maria, user=maria, wanted={key: True})
            with pytest.raises(IntegrityError), transaction.atomic():
                Preference.objects.create(user=maria, about=key[0], channel=key[1], on=True)

    def test_a_muted_engagement_tells_nothing_and_the_others_go_on(self) -> None:
        loud, silent = make_engagement(), make_engagement()
        maria = anybody(loud)
        make_member(silent, user=maria)
        services.mute(by=maria, user=maria, engagement=silent)
        services.mute(by=maria, user=maria, engagement=silent)
        for engagement in (loud, silent):
            tell_of(action(engagement), maria)
        assert [entry.engagement for entry in entries(maria)] == [loud]
        services.unmute(by=maria, user=maria, engagement=silent)
        tell_of(action(silent), maria)
        assert [entry.engagement for entry in entries(maria)] == [loud, silent]
        assert [event.verb for event in Event.objects.filter(actor=maria).order_by("at")] == [
            "notices muted",
            "notices unmuted",
        ]

    def test_what_one_does_not_see_cannot_be_muted(self) -> None:
        maria, foreign = anybody(), make_engagement()
        with pytest.raises(Refused, match="no such engagement"):
            services.mute(by=maria, user=maria, engagement=foreign)
        assert not Mute.objects.exists()


def test_an_inbox_entry_that_reaches_nobody_cannot_be_kept() -> None:
    engagement = make_engagement()
    facts = {"to": anybody(engagement), "about": "mention", "engagement": engagement, "text": "x"}
    for wrong in ({"shown": False}, {"text": ""}, {"about": "gossip"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InboxEntry.objects.create(**{**facts, **wrong})


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_two_people_in_opposite_order_do_not_wait_for_each_other() -> None:
    """A lock or a unique row for each person would let one of these two deadlock."""
    import threading

    from django.db import connection

    engagement = make_engagement()
    people = [anybody(engagement), anybody(engagement)]
    made = [action(engagement), make_item(engagement, Kind.RISK)]
    both = threading.Barrier(2, timeout=30)
    failed: list[BaseException] = []

    def tell_all(item: object, order: list[object]) -> None:
        try:
            with transaction.atomic():
                tell_of(item, order[0])
                both.wait()
                tell_of(item, order[1])
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=tell_all, args=(item, order))
        for item, order in zip(made, (people, people[::-1]), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [len(entries(person)) for person in people] == [2, 2]


def test_items_handed_on_tell_the_new_owner() -> None:
    engagement = make_engagement()
    tom, maria = anybody(engagement), anybody(engagement)
    item = action(engagement, by=tom, owner=tom)
    items.change(by=tom, item=item, version=None, owner=maria)
    assert (about(maria), about(tom)) == (["assignment"], [])


def test_a_membership_that_ended_takes_entries_out_of_sight_and_of_the_mail() -> None:
    engagement = make_engagement()
    make_member(engagement, MemberRole.LEAD)
    member = make_member(engagement)
    tell_of(action(engagement), member.user)
    assert selectors.unread_count(member.user) == 1
    remove_member(by=None, member=member)
    assert selectors.unread_count(member.user) == 0
    assert list(selectors.inbox_of(member.user)) == []
    assert send() == 0
    assert mail.outbox == []
