"""Learnings across clients: each figure is made of exactly the cases that it opens, of what one sees."""

from datetime import timedelta
from statistics import median

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Role, User
from apps.engagements.models import Kind, LogEntry
from apps.overview.rules.learning import durations, share
from apps.overview.selectors.learnings import cases, learnings
from apps.scoping import services as scoping
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item

DAY = timedelta(days=1)
DAYS = st.lists(st.integers(0, 400), max_size=20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER)


@given(ended=DAYS, open_ones=DAYS)
def test_durations_are_those_of_the_cases(ended: list[int], open_ones: list[int]) -> None:
    found = durations(ended, open_ones)
    assert (found.n, found.open) == (len(ended), len(open_ones))
    assert found.middle == (median(ended) if ended else None)
    assert found.longest == max(ended + open_ones, default=0)


@given(n=st.integers(1, 200), data=st.data())
def test_a_share_lies_in_its_interval(n: int, data: st.DataObject) -> None:
    found = share(data.draw(st.integers(0, n)), n)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_access_is_told_by_approver_and_opens_its_cases(manager: User) -> None:
    today = timezone.localdate()
    for approver, asked, answered in (
        ("security", 30, 10),
        ("security", 12, 2),
        ("security", 3, None),
        ("it", 4, 3),
    ):
        answer = {"state": "granted", "answered_on": today - answered * DAY} if answered is not None else {}
        make_item(
            make_engagement(), Kind.ACCESS_REQUEST, approver=approver, asked_on=today - asked * DAY, **answer
        )
    make_item(make_engagement(), Kind.ACCESS_REQUEST, approver="legal", state="withdrawn", answered_on=today)
    slow, quick = learnings(manager).access
    assert (slow.name, slow.figures.n, slow.figures.middle, slow.figures.longest, slow.figures.open) == (
        "Security", 2, 15.0, 20, 1,
    )  # fmt: skip
    assert (quick.name, quick.figures.middle, quick.figures.is_thin) == ("IT operations", 1.0, True)
    found = cases(manager, "access", "security")
    assert found is not None
    assert len(found) == 3


def test_blockers_are_told_by_tag(manager: User) -> None:
    now = timezone.now()
    for tags, ended in ((["vpn"], 4), (["vpn", "data"], None), ([], None)):
        closed = {"state": "resolved", "closed_at": now - ended * DAY} if ended else {"state": "open"}
        make_item(make_engagement(), Kind.ENTRY, entry_kind="blocker", tags=tags, at=now - 9 * DAY, **closed)
    found = {row.name: row.figures for row in learnings(manager).blocked}
    assert (found["#vpn"].n, found["#vpn"].middle, found["#vpn"].open) == (1, 5.0, 1)
    assert found["#data"].longest == 9
    assert found["Without a tag"].open == 1
    assert len(cases(manager, "blocked", "vpn") or []) == 2
    assert len(cases(manager, "blocked", "–") or []) == 1


def test_missed_criteria_are_told_by_metric(manager: User) -> None:
    by = make_user()
    for value in (0.5, 0.95, None):
        criterion = scoping.write_criterion(
            by=None, engagement=make_engagement(), title=f"right {value}", metric="exact",
            direction="at_least", threshold=0.9, unit="", measured_by="hand",
        )  # fmt: skip
        if value is not None:
            scoping.measure_by_hand(
                by=by, criterion=criterion, value=value, how="x", link="https://x.example"
            )
    (row,) = learnings(manager).missed
    assert (row.name, row.figures.count, row.figures.n) == ("exact", 1, 2)
    found = cases(manager, "missed", "exact")
    assert found is not None
    assert [one.title for one in found] == ["right 0.5"]


def test_one_learns_of_what_one_sees_alone(manager: User) -> None:
    mine, foreign = (
        make_engagement(client=make_client("Mine")),
        make_engagement(client=make_client("Foreign")),
    )
    engineer = make_member(mine).user
    for engagement in (mine, foreign):
        make_item(engagement, Kind.ACCESS_REQUEST, approver="security")
        make_item(engagement, Kind.ENTRY, entry_kind="learning", title=f"learned at {engagement.client}")
    browser = Browser()
    browser.force_login(engineer)
    pages = [
        browser.get(reverse("overview:learnings")).content.decode(),
        browser.get(f"{reverse('overview:cases')}?of=access&key=security").content.decode(),
    ]
    assert "learned at Mine" in pages[0]
    assert not any("Foreign" in page for page in pages)
    assert [entry.title for entry in learnings(manager).said] != []
    assert LogEntry.objects.count() == 2


@pytest.mark.parametrize(
    "query", ["", "of=access", "of=x&key=security", "of=access&key=%00", "of=missed&key=x"]
)
def test_a_figure_that_is_none_has_no_cases(manager: User, query: str) -> None:
    browser = Browser()
    browser.force_login(manager)
    assert browser.get(f"{reverse('overview:cases')}?{query}").status_code == 404


def test_no_client_viewer_learns_anything() -> None:
    browser = Browser()
    browser.force_login(make_user(Role.CLIENT))
    for route in ("learnings", "cases", "portfolio", "portfolio-csv", "staffing"):
        assert browser.get(reverse(f"overview:{route}")).status_code == 403


def test_it_costs_the_same_however_much_there_is(manager: User) -> None:
    browser, costs = Browser(), []
    browser.force_login(manager)
    for size in (1, 10):
        for _ in range(size):
            engagement = make_engagement()
            make_item(engagement, Kind.ACCESS_REQUEST, approver="it")
            make_item(engagement, Kind.ENTRY, entry_kind="blocker", state="open", tags=["vpn"])
            make_item(engagement, Kind.ENTRY, entry_kind="learning")
        browser.get(reverse("overview:learnings"))
        with CaptureQueriesContext(connection) as caught:
            browser.get(reverse("overview:learnings"))
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 10
