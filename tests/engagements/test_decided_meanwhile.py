"""A decision on a gate that is sent from a page on which somebody else has not decided yet."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.engagements.checks import Found
from apps.engagements.models import Engagement, GateDecision, MemberRole
from apps.engagements.services import gates
from tests.factories import make_engagement, make_member, make_user
from tests.factories.browsing import sent_of
from tests.factories.gates import checked, found, gate_of, make_viewer, pass_gate, registered, satisfy

pytestmark = pytest.mark.django_db
WORDS = "The review of 12 May is still to come"


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Maria Lind")).user


@pytest.fixture
def omar(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Omar Reyes")).user


def browser(user: User) -> Browser:
    found = Browser()
    found.force_login(user)
    return found


def opened(who: Browser, gate: object) -> QueryDict:
    return sent_of(who.get(reverse("gates:detail", args=[gate.pk])).content.decode())


def decide(who: Browser, gate: object, data: QueryDict) -> str:
    address = reverse("gates:decide", args=[gate.pk])
    answer = who.post(address, data.urlencode(), content_type="application/x-www-form-urlencoded")
    return answer.content.decode() if answer.status_code == 200 else f"{answer.status_code}"


def test_a_no_go_after_somebody_elses_go_is_told_who_decided_and_keeps_its_words(
    engagement: Engagement, maria: User, omar: User
) -> None:
    gate, mine = gate_of(engagement), browser(maria)
    data = opened(mine, gate)
    data.update({"outcome": "no_go", "reason": WORDS})
    pass_gate(gate, lead=omar, viewer=make_viewer(engagement))
    page = decide(mine, gate, data)
    assert "Omar Reyes decided “Go” on" in page
    assert "you may decide again, or a manager may reopen the gate" in page
    assert WORDS in page
    assert "valid choice" not in page
    assert GateDecision.objects.filter(gate=gate).count() == 1


def test_who_has_read_it_may_decide_again(engagement: Engagement, maria: User, omar: User) -> None:
    gate, mine = gate_of(engagement), browser(maria)
    data = opened(mine, gate)
    satisfy(gate, lead=omar, viewer=make_viewer(engagement))
    gates.decide(by=omar, gate=gate, outcome="go")
    data.update({"outcome": "go", "reason": WORDS})
    page = decide(mine, gate, data)
    assert "Omar Reyes decided" in page
    again = sent_of(page)
    again["outcome"] = "go"
    assert again["reason"] == WORDS
    assert decide(mine, gate, again) == "302"
    assert GateDecision.objects.filter(gate=gate).count() == 2


def test_two_who_stop_a_gate_learn_of_each_other(engagement: Engagement, maria: User, omar: User) -> None:
    gate, mine = gate_of(engagement), browser(maria)
    data = opened(mine, gate)
    data.update({"outcome": "no_go", "reason": WORDS})
    gates.decide(by=omar, gate=gate, outcome="no_go", reason="Too early")
    page = decide(mine, gate, data)
    assert "Omar Reyes decided “No-go” on" in page
    assert "Too early" in page
    assert "reopen the gate" not in page
    assert WORDS in page


def test_a_decision_sent_twice_is_one(engagement: Engagement, maria: User) -> None:
    gate, mine = gate_of(engagement), browser(maria)
    data = opened(mine, gate)
    data.update({"outcome": "no_go", "reason": WORDS})
    assert decide(mine, gate, data) == "302"
    assert "You decided “No-go” on" in decide(mine, gate, data)
    assert GateDecision.objects.filter(gate=gate).count() == 1


def test_a_condition_for_what_holds_by_now_and_an_override_of_it_are_given_back(
    engagement: Engagement, maria: User
) -> None:
    manager = make_user(Role.MANAGER)
    gate, mine, says = gate_of(engagement), browser(manager), ["undecided"]
    with registered(lambda _: found(says[0])):
        one = checked(gate)
        data = opened(mine, gate)
        data.update(
            {
                "outcome": "conditional",
                "reason": "Go on",
                f"condition_{one.pk}_text": "Count them again",
                f"condition_{one.pk}_due": str(timezone.localdate() + timedelta(days=3)),
                f"override_{one.pk}": "Nobody counts that",
            }
        )
        says[0] = Found.PASSED
        page = decide(mine, gate, data)
    assert "has changed since you opened this page" in page
    assert "Count them again</textarea>" in page
    assert "Nobody counts that</textarea>" in page
    assert not GateDecision.objects.filter(gate=gate).exists()


def test_words_for_a_gate_whose_turn_has_passed_are_given_back(
    engagement: Engagement, maria: User, omar: User
) -> None:
    first, viewer = gate_of(engagement), make_viewer(engagement)
    pass_gate(first, lead=omar, viewer=viewer)
    second, mine = gate_of(engagement), browser(maria)
    data = opened(mine, second)
    data.update({"outcome": "no_go", "reason": WORDS})
    gates.reopen(by=make_user(Role.MANAGER), gate=first, reason="Something was wrong")
    page = decide(mine, second, data)
    assert "that gate comes first" in page
    assert f"{WORDS}</textarea>" in page


def test_a_person_who_left_is_told_as_that(engagement: Engagement, maria: User, omar: User) -> None:
    gate, mine = gate_of(engagement), browser(maria)
    data = opened(mine, gate)
    owner = omar.pk
    omar.memberships.all().delete()
    data.update(
        {
            "outcome": "conditional",
            "reason": WORDS,
            "condition_more_text": "Ask",
            "condition_more_owner": str(owner),
        }
    )
    page = decide(mine, gate, data)
    assert "no longer on this engagement; choose again" in page
    assert WORDS in page
