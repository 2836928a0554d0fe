"""Who is on what, and how much is due of theirs, week by week."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.engagements.models import Kind, MemberRole
from apps.engagements.services import items
from apps.overview.selectors.staffing import Load, loads_of, people_working, weeks_from
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

TODAY = date(2026, 3, 18)  # a Wednesday
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER, name="Ada")


def loads(user: User) -> dict[str, Load]:
    people = list(people_working(user))
    return {load.person.name: load for load in loads_of(user, people, TODAY)}


def test_weeks_begin_on_monday() -> None:
    assert weeks_from(TODAY)[:2] == [date(2026, 3, 16), date(2026, 3, 23)]
    assert weeks_from(date(2026, 3, 22))[0] == date(2026, 3, 16)


def test_each_thing_counts_in_its_week(manager: User) -> None:
    engagement = make_engagement(name="triage")
    person = make_member(engagement, MemberRole.LEAD, user=make_user(name="Zoe")).user
    for days in (-30, -1, 0, 4, 5, 12, 40, 400):
        make_item(engagement, Kind.ACTION, owner=person, due=TODAY + days * DAY)
    make_item(engagement, Kind.ACTION, owner=person)
    done = make_item(engagement, Kind.ACTION, owner=person, due=TODAY)
    items.move(by=None, item=done, state="done")
    items.remove(by=None, item=make_item(engagement, Kind.ACTION, owner=person, due=TODAY))
    zoe = loads(manager)["Zoe"]
    assert zoe.weeks == [4, 1, 1, 0, 0, 0]
    assert (zoe.later, zoe.overdue, zoe.total) == (3, 2, 9)
    assert [place.engagement.name for place in zoe.places] == ["triage"]
    assert loads(manager)["Ada"].places == []


def test_what_was_worked_in_four_weeks_stands_beside_the_load(manager: User) -> None:
    triage, left = make_engagement(name="triage"), make_engagement(name="left")
    zoe = make_member(triage, user=make_user(name="Zoe")).user
    now = timezone.now().replace(year=2026, month=3, day=18)
    for engagement, minutes, days in ((triage, 90, 0), (triage, 60, 27), (triage, 600, 28), (left, 30, 1)):
        make_item(engagement, Kind.ENTRY, by=zoe, minutes=minutes, at=now - days * DAY)
    items.remove(by=None, item=make_item(triage, Kind.ENTRY, by=zoe, minutes=60, at=now))
    found = loads(manager)["Zoe"]
    assert found.hours == {triage.pk: 150, left.pk: 30}
    assert (found.worked, found.elsewhere) == (180, 30)
    assert [place.minutes for place in found.places] == [150]  # type: ignore[attr-defined]
    assert loads(manager)["Ada"].worked == 0


def test_it_is_for_managers_and_of_staff(manager: User) -> None:
    make_user(Role.CLIENT, name="Viewer")
    browser = Browser()
    browser.force_login(make_user(Role.FDE))
    assert browser.get(reverse("overview:staffing")).status_code == 403
    browser.force_login(manager)
    page = browser.get(reverse("overview:staffing")).content.decode()
    assert "Ada" in page
    assert "Viewer" not in page


def test_it_costs_the_same_however_many_there_are(manager: User) -> None:
    browser, costs = Browser(), []
    browser.force_login(manager)
    for size in (1, 20):
        for _ in range(size):
            make_item(make_engagement(), Kind.ACTION, due=TODAY, owner=make_member(make_engagement()).user)
        browser.get(reverse("overview:staffing"))
        with CaptureQueriesContext(connection) as caught:
            browser.get(reverse("overview:staffing"))
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 9
