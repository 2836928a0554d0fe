"""The portfolio: narrowed, sorted, grouped, kept as a view, and taken along as CSV."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, Kind, MemberRole, Stage
from apps.overview.models import SavedView, Standing
from apps.overview.selectors.narrowing import MOST_WORDS, SORTS, chosen_of
from apps.overview.services.standing import catch_up_with_all
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER)


@pytest.fixture
def engagements() -> list[Engagement]:
    """Three: one blocked, one waiting on its client, one at peace."""
    today = timezone.localdate()
    blocked, waiting, calm = (
        make_engagement(client=make_client(client), name=name)
        for name, client in (("blocked", "Acme"), ("waiting", "Bolt"), ("calm", "Acme"))
    )
    for one in (blocked, waiting, calm):
        make_member(one, MemberRole.LEAD, user=make_user(name=f"Lead of {one.name}"))
        make_item(one, Kind.ENTRY)
    make_item(blocked, Kind.ENTRY, entry_kind="blocker", state="open")
    make_item(waiting, Kind.ACCESS_REQUEST, asked_on=today - 9 * DAY)
    make_item(calm, Kind.MILESTONE, due=today + 20 * DAY, promised=today + 20 * DAY, title="Go live")
    Engagement.objects.filter(pk=calm.pk).update(stage=Stage.PILOT)
    return [blocked, waiting, calm]


def page(person: User, query: str = "", **headers: str) -> str:
    browser = Browser()
    browser.force_login(person)
    answer = browser.get(reverse("overview:portfolio") + query, headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


def names(html: str) -> list[str]:
    """The engagements of the table, in order."""
    parts = html.split('<td class="portfolio-engagement">')[1:]
    return [part.partition("</a>")[0].rpartition(">")[2] for part in parts]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["blocked", "waiting", "calm"]),
        ("?sort=engagement", ["blocked", "calm", "waiting"]),
        ("?sort=-engagement", ["waiting", "calm", "blocked"]),
        ("?sort=milestone", ["calm", "blocked", "waiting"]),
        ("?sort=-waited", ["waiting", "blocked", "calm"]),
        ("?sort=stage", ["blocked", "waiting", "calm"]),
        ("?trouble=blocked", ["blocked"]),
        ("?trouble=waiting", ["waiting"]),
        ("?trouble=dateless", ["blocked", "waiting"]),
        ("?stage=pilot", ["calm"]),
        ("?health=amber", ["blocked", "waiting"]),
        ("?q=acme", ["blocked", "calm"]),
        ("?q=lead of wait", ["waiting"]),
        ("?q=acme&stage=pilot", ["calm"]),
        ("?group=client&sort=engagement", ["blocked", "calm", "waiting"]),
        ("?stage=nonsense&sort=nonsense&group=x&health=%00&page=x", ["blocked", "waiting", "calm"]),
    ],
)
def test_it_shows_what_the_address_asks_for(
    manager: User, engagements: list[Engagement], query: str, shown: list[str]
) -> None:
    assert names(page(manager, query)) == shown


def test_the_csv_is_what_is_on_screen(manager: User, engagements: list[Engagement]) -> None:
    for query in ("?trouble=dateless&sort=-engagement", "?group=client", "?q=acme"):
        html, rows = page(manager, query), exported(manager, query)
        assert [row["Engagement"] for row in rows] == names(html)
    (calm,) = exported(manager, "?stage=pilot")
    due = timezone.localdate() + 20 * DAY
    assert (calm["Next milestone"], calm["Milestone due"]) == ("Go live", due.isoformat())
    assert (calm["Blockers"], calm["Health overridden"]) == ("0", "no")


def exported(person: User, query: str = "") -> list[dict[str, str]]:
    browser = Browser()
    browser.force_login(person)
    answer: Any = browser.get(reverse("overview:portfolio-csv") + query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_formula_leaves_as_text(manager: User) -> None:
    make_engagement(client=make_client("=cmd|' /C calc'!A0"), name="+1+1")
    page(manager)
    (row,) = exported(manager)
    assert row["Client"] == "'=cmd|' /C calc'!A0"
    assert row["Engagement"] == "'+1+1"


def test_it_shows_only_what_one_sees(engagements: list[Engagement]) -> None:
    engineer = engagements[1].members.get().user
    User.objects.filter(pk=engineer.pk).update(role=Role.FDE)
    engineer.refresh_from_db()
    assert names(page(engineer)) == ["waiting"]
    assert [row["Engagement"] for row in exported(engineer)] == ["waiting"]


def test_a_view_is_kept_opened_overwritten_and_forgotten(
    manager: User, engagements: list[Engagement]
) -> None:
    browser = Browser()
    browser.force_login(manager)
    save, asked = reverse("overview:view-save"), "health=amber&sort=-waited"
    for _ in range(2):
        answer = browser.post(save, {"name": "Five that need me", "query": asked}, follow=True)
    assert answer.request["QUERY_STRING"] == asked
    assert "Five that need me" in answer.content.decode()
    view = SavedView.objects.get()
    browser.post(save, {"name": "five THAT need me", "query": ""})
    view.refresh_from_db()
    assert (view.name, view.query) == ("five THAT need me", "")
    other = Browser()
    other.force_login(make_user(Role.MANAGER))
    for route in ("view", "view-remove"):
        assert other.get(reverse(f"overview:{route}", args=[view.pk])).status_code == 404
    browser.post(reverse("overview:view-remove", args=[view.pk]))
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb" * 40])
def test_a_view_without_a_fitting_name_is_refused_and_the_table_stays(
    manager: User, engagements: list[Engagement], name: str
) -> None:
    browser = Browser()
    browser.force_login(manager)
    answer = browser.post(
        reverse("overview:view-save"), {"name": name, "query": "trouble=blocked"}, follow=True
    )
    assert names(answer.content.decode()) == ["blocked"]
    assert "toast-error" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_a_view_with_a_filter_that_is_no_more_shows_the_rest_of_it(
    manager: User, engagements: list[Engagement]
) -> None:
    view = SavedView.objects.create(owner=manager, name="old", query="mood=sunny&stage=pilot&sort=mood")
    browser = Browser()
    browser.force_login(manager)
    answer = browser.get(reverse("overview:view", args=[view.pk]), follow=True)
    assert names(answer.content.decode()) == ["calm"]


def test_the_address_says_what_is_chosen_and_nothing_else() -> None:
    from django.http import QueryDict

    for query in ("", "q=a+b&health=red&sort=-waited", "stage=pilot&group=lead", "sort=engagement"):
        chosen = chosen_of(QueryDict(query))
        assert chosen_of(QueryDict(chosen.query())) == chosen
    assert len(chosen_of(QueryDict("q=" + "x" * 5_000)).q) == MOST_WORDS


@pytest.mark.parametrize("sort", SORTS)
def test_every_column_sorts_both_ways(manager: User, engagements: list[Engagement], sort: str) -> None:
    for query in (f"?sort={sort}", f"?sort=-{sort}"):
        assert sorted(names(page(manager, query))) == ["blocked", "calm", "waiting"]


def test_htmx_gets_the_table_alone(manager: User, engagements: list[Engagement]) -> None:
    html = page(manager, "?q=acme", **{"HX-Request": "true", "HX-Target": "portfolio"})
    assert "<html" not in html
    assert names(html) == ["blocked", "calm"]


def test_it_costs_the_same_however_many_there_are(manager: User) -> None:
    costs, browser = [], Browser()
    browser.force_login(manager)
    for size in (3, 30):
        for _ in range(size):
            engagement = make_member(make_engagement(), MemberRole.LEAD).engagement
            make_item(engagement, Kind.RISK, severity="high")
            make_item(engagement, Kind.MILESTONE)
        catch_up_with_all()
        browser.get(reverse("overview:portfolio"))
        for query in ("", "?group=client&sort=-waited"):
            with CaptureQueriesContext(connection) as caught:
                browser.get(reverse("overview:portfolio") + query)
            costs.append(len(caught))
    assert max(costs) <= 12
    assert len(set(costs)) == 1
    assert Standing.objects.count() == 33
