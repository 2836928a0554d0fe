"""What is written down twice by one form is written down once; and a use case goes when nothing hangs on it."""

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.engagements.models import Engagement, MemberRole
from apps.engagements.services import items, moves
from apps.scoping import services
from apps.scoping.models import Baseline, SuccessCriterion, UseCase, ValueAssumption
from tests.factories import make_engagement, make_member, make_user
from tests.factories.browsing import sent_of

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Maria Lind")).user


@pytest.fixture
def browser(maria: User) -> Browser:
    found = Browser()
    found.force_login(maria)
    return found


def use_case(engagement: Engagement) -> UseCase:
    return services.write_use_case(by=None, engagement=engagement, title="Letters")


def criterion(engagement: Engagement, case: UseCase | None = None, **said: Any) -> SuccessCriterion:
    return services.write_criterion(
        by=None, engagement=engagement, title="Right at once", use_case=case, **said
    )


BASELINE = {"metric": "letters right", "value": "0.7", "unit": "share", "basis": "estimated", "how": "asked"}
CASES = [
    ("scoping:use-case-new", False, UseCase, {"title": "Letters"}),
    ("scoping:criterion-new", False, SuccessCriterion, {"title": "better answers"}),
    (
        "scoping:criterion-new",
        False,
        SuccessCriterion,
        {
            "title": "found",
            "measured_by": "hand",
            "metric": "found",
            "direction": "at_least",
            "threshold": "0.8",
            "unit": "share",
        },
    ),
    ("scoping:baseline-new", True, Baseline, BASELINE),
    (
        "scoping:assumption-new",
        True,
        ValueAssumption,
        {"wording": "an hour costs", "value": "40", "basis": "estimated"},
    ),
]


@pytest.mark.parametrize(("route", "of_use_case", "model", "typed"), CASES)
def test_a_form_sent_twice_makes_one_thing(
    engagement: Engagement, browser: Browser, route: str, of_use_case: bool, model: Any, typed: dict[str, str]
) -> None:
    address = reverse(route, args=[use_case(engagement).pk if of_use_case else engagement.pk])
    before = model.objects.count()
    data = sent_of(browser.get(address).content.decode())
    data.update(typed)
    first, second = (browser.post(address, data.urlencode(), content_type=FORM) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert model.objects.count() == before + 1
    another = sent_of(browser.get(address).content.decode())
    another.update({**typed, "title": "Another", "threshold": ""})
    assert browser.post(address, another.urlencode(), content_type=FORM).status_code == 302
    assert model.objects.count() == before + 2


@pytest.mark.parametrize("once", ["", "x", "0" * 400])
def test_a_form_without_its_id_still_writes(engagement: Engagement, browser: Browser, once: str) -> None:
    address = reverse("scoping:use-case-new", args=[engagement.pk])
    assert browser.post(address, {"title": "Letters", "once": once}).status_code == 302


def test_an_id_that_is_somebody_elses_is_no_way_to_it(engagement: Engagement, maria: User) -> None:
    other = services.add_baseline(
        by=None, use_case=use_case(make_engagement()), once=uuid4(), **{**BASELINE, "value": 0.5}
    )
    mine = services.add_baseline(
        by=maria, use_case=use_case(engagement), once=other.pk, **{**BASELINE, "value": 0.7}
    )
    assert mine.pk != other.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["use case", "criterion", "baseline"])
def test_sent_many_times_at_once_it_is_one(what: str) -> None:
    engagement, once = make_engagement(), uuid4()
    case, made = use_case(engagement), list[UUID]()
    write = {
        "use case": lambda: services.write_use_case(
            by=None, engagement=engagement, title="Another", once=once
        ),
        "criterion": lambda: criterion(engagement, once=once),
        "baseline": lambda: services.add_baseline(
            by=None, use_case=case, once=once, **{**BASELINE, "value": 1.0}
        ),
    }[what]

    def send() -> None:
        made.append(write().pk)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [once] * 5


def test_a_use_case_is_removed_after_a_question_and_brought_back(
    engagement: Engagement, browser: Browser
) -> None:
    case = use_case(engagement)
    address = reverse("scoping:use-case-remove", args=[case.pk])
    assert address in browser.get(case.get_absolute_url()).content.decode()
    asked = browser.get(address).content.decode()
    assert f"Remove {case.reference}?" in asked
    assert UseCase.objects.get(pk=case.pk).removed_at is None
    page = browser.post(address, follow=True).content.decode()
    assert f"{case.reference} is removed" in page
    restore = reverse("items:restore", args=[case.pk])
    assert restore in page
    assert browser.get(case.get_absolute_url()).status_code == 404
    assert browser.post(restore, follow=True).status_code == 200
    assert browser.get(case.get_absolute_url()).status_code == 200


def test_who_only_looks_on_removes_nothing(engagement: Engagement) -> None:
    case = use_case(engagement)
    viewer = Browser()
    viewer.force_login(make_member(engagement, MemberRole.VIEWER).user)
    assert "use-case-remove" not in viewer.get(case.get_absolute_url()).content.decode()
    assert "/remove/" not in viewer.get(case.get_absolute_url()).content.decode()
    assert viewer.post(reverse("scoping:use-case-remove", args=[case.pk])).status_code == 403


def test_a_use_case_stays_while_a_criterion_hangs_on_it(engagement: Engagement, browser: Browser) -> None:
    case = use_case(engagement)
    one = criterion(engagement, case)
    answer = browser.post(reverse("scoping:use-case-remove", args=[case.pk]))
    assert answer.status_code == 409
    assert (
        f"{one.reference} belongs to {case.reference}. Choose another use case there first."
        in answer.content.decode()
    )
    assert browser.post(reverse("items:remove", args=[case.pk])).status_code == 302
    assert UseCase.objects.get(pk=case.pk).removed_at is None
    items.remove(by=None, item=one)
    moves.take_away(by=None, item=case)
    assert UseCase.objects.get(pk=case.pk).removed_at


def test_a_dropped_criterion_keeps_it_only_when_it_was_measured(engagement: Engagement, maria: User) -> None:
    said = {
        "metric": "found",
        "direction": "at_least",
        "threshold": 0.8,
        "unit": "share",
        "measured_by": "hand",
    }
    first, second = use_case(engagement), use_case(engagement)
    measured, plain = criterion(engagement, first, **said), criterion(engagement, second)
    services.measure_by_hand(
        by=maria, criterion=measured, value=0.9, n=10, how="counted", link="https://wiki.example/x"
    )
    for one in (measured, plain):
        services.drop_criterion(by=None, criterion=one, why="Nobody needs it")
    with pytest.raises(Refused, match=measured.reference):
        moves.take_away(by=None, item=first)
    moves.take_away(by=None, item=second)


def test_a_picked_use_case_is_reconsidered_first(engagement: Engagement, maria: User) -> None:
    case = use_case(engagement)
    services.settle(by=maria, engagement=engagement, picked=[case], rejected={}, reason="It hurts most")
    with pytest.raises(Refused, match="Reconsider it first"):
        moves.take_away(by=maria, item=case)
    services.reconsider(by=maria, use_case=case)
    moves.take_away(by=maria, item=case)
