"""One event tells one person of one thing once, by the strongest kind that they want; and says truly who did it."""

import pytest
from django.db import transaction

from apps.accounts.models import Role
from apps.audit.through import acting_through
from apps.delivery import services
from apps.delivery.models import InboxEntry
from apps.engagements.models import Gate, Kind
from apps.engagements.notices import About, one_event
from apps.engagements.services import approvals, items
from apps.engagements.services.comments import add_comment
from apps.engagements.services.log import log
from apps.engagements.services.registers.requests import answer_request
from tests.factories import make_engagement
from tests.factories.items import make_item
from tests.factories.tokens import make_token

from .told import about, action, anybody, client_of, entries, tell_of

pytestmark = pytest.mark.django_db


def test_the_answer_of_a_client_is_one_entry_though_it_has_words_and_names_somebody() -> None:
    engagement = make_engagement()
    maria, nora = anybody(engagement, email="maria@example.com"), client_of(engagement)
    request = make_item(engagement, Kind.ACCESS_REQUEST, by=maria, client_visible=True)
    answer_request(by=nora, item=request, state="granted", words="Here it is, @maria")
    assert about(maria) == ["approval"]


def test_who_is_given_something_that_names_them_is_told_once() -> None:
    engagement = make_engagement()
    maria = anybody(engagement, email="maria@example.com")
    item = action(engagement, by=anybody(engagement), owner=maria, text="For @maria")
    assert about(maria) == ["assignment"]
    add_comment(by=anybody(engagement), item=item, text="Well, @maria?")
    assert about(maria) == ["assignment", "mention"], "another event"


def test_the_next_kind_is_taken_when_the_strongest_is_switched_off() -> None:
    engagement = make_engagement()
    maria = anybody(engagement, email="maria@example.com")
    off = {("assignment", "inbox"): False, ("assignment", "email"): False}
    services.choose(by=maria, user=maria, wanted=off)
    action(engagement, by=anybody(engagement), owner=maria, text="For @maria")
    assert about(maria) == ["mention"]


def test_two_things_and_two_people_are_told_apart() -> None:
    engagement = make_engagement()
    maria, tom = anybody(engagement), anybody(engagement)
    first, second = make_item(engagement), make_item(engagement)
    with one_event(), one_event():
        for item in (first, second):
            for kind in (About.COMMENT, About.MENTION):
                tell_of(item, maria, kind)
        tell_of(first, tom, About.GATE)
        assert not InboxEntry.objects.exists(), "they wait for the end of the event"
    assert sorted((entry.item_id, entry.about) for entry in entries(maria)) == sorted(
        [(first.pk, "mention"), (second.pk, "mention")]
    )
    assert about(tom) == ["gate"]


def test_what_fails_tells_nobody_anything_then_or_later() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    item = make_item(engagement)

    def fail() -> None:
        with transaction.atomic(), one_event():
            tell_of(item, maria)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    tell_of(item, maria, About.DUE)
    assert about(maria) == ["due"]


def test_an_approved_gate_is_one_entry_for_whoever_asked() -> None:
    engagement = make_engagement()
    maria, nora = anybody(engagement), client_of(engagement)
    gate = Gate.objects.get(engagement=engagement, stage="scoping")
    [asked] = approvals.ask(by=maria, item=gate, people=[nora])
    approvals.answer(by=nora, approval=asked, answer="approved", words="Fine")
    assert about(maria) == ["approval"]


def test_an_engagements_token_is_named_to_staff_and_never_to_the_client() -> None:
    engagement = make_engagement()
    maria = anybody(engagement, email="maria@example.com")
    nora = client_of(engagement)
    token = make_token(engagement, name="nightly job").token
    with acting_through(token.pk, token.name):
        log(by=None, engagement=engagement, line="Load failed, @maria")
        items.write(
            by=None, model=type(action(engagement)), engagement=engagement, kind=Kind.ACTION, title="x",
            owner=nora, client_visible=True,
        )  # fmt: skip
    assert entries(maria)[0].text.startswith("Token nightly job mentioned you in L-1")
    assert entries(nora)[0].text.startswith("Fieldwork gave you A-2")
    log(by=None, engagement=engagement, line="Again, @maria")
    assert entries(maria)[1].text.startswith("Fieldwork mentioned you")


def test_a_person_is_named_whatever_they_act_through() -> None:
    engagement = make_engagement()
    tom, maria = anybody(engagement, name="Tom Orr"), anybody(engagement, email="maria@example.com")
    token = make_token(tom, name="laptop").token
    with acting_through(token.pk, token.name):
        log(by=tom, engagement=engagement, line="Done, @maria")
    assert entries(maria)[0].text == "Tom Orr mentioned you in L-1 Done, @maria"
    assert maria.role == Role.FDE
