"""Hours against the budget: the sums of the page and of both exports are those of the entries, in the reader's zone."""

import csv
import io
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.audit.through import acting_through
from apps.core.errors import Refused
from apps.engagements.models import Engagement, Kind, LogEntry, MemberRole
from apps.engagements.rules.hours import by_week, monday_of, week_name
from apps.engagements.selectors.hours import worked
from apps.engagements.services import change_engagement, items
from apps.engagements.services.log import log
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.tokens import make_token

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement(name="triage")


@pytest.fixture
def ada(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Ada Lead")).user


def work(
    engagement: Engagement, by: User | None, minutes: int | None, at: datetime | None = None, **more: Any
) -> Any:
    said = {"title": "Looked at letters", "at": at or timezone.now(), **more}
    return make_item(engagement, Kind.ENTRY, by=by, minutes=minutes, **said)


def budget(engagement: Engagement, minutes: int | None) -> None:
    change_engagement(
        by=None,
        engagement=engagement,
        name=engagement.name,
        starts_on=engagement.starts_on,
        budget_minutes=minutes,
    )


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def page(user: User, engagement: Engagement, query: str = "") -> str:
    answer = browser_of(user).get(reverse("engagements:hours", args=[engagement.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def table(user: User, engagement: Engagement, route: str, query: str = "") -> list[list[str]]:
    """The rows of an export, its head apart."""
    answer = browser_of(user).get(reverse(f"engagements:{route}", args=[engagement.pk]) + query)
    assert answer.status_code == 200
    assert answer.streaming  # type: ignore[attr-defined]
    text = b"".join(answer).decode()  # type: ignore[call-overload]
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def by_hand(engagement: Engagement, zone: ZoneInfo) -> Counter[tuple[str, date]]:
    """(name, Monday) → minutes, entry by entry."""
    found: Counter[tuple[str, date]] = Counter()
    for entry in LogEntry.objects.filter(engagement=engagement, removed_at=None).exclude(minutes=None):
        day = entry.at.astimezone(zone).date()
        found[entry.by.name if entry.by else "Fieldwork", monday_of(day)] += entry.minutes or 0
    return found


# Sums


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
def test_sums_are_those_of_adding_up_entry_by_entry_in_the_readers_zone(
    engagement: Engagement, ada: User, zone: str
) -> None:
    chance = random.Random(f"hours {zone}")
    bo = make_member(engagement, user=make_user(name="Bo Engineer")).user
    start = datetime(2026, 3, 1, tzinfo=UTC)  # Berlin's clocks change on the 29th
    for _ in range(60):
        by = chance.choice([ada, bo, None])
        at = start + timedelta(minutes=chance.randrange(60 * 24 * 60))
        work(engagement, by, chance.choice([None, 1, 45, 90, 1440]), at)
    items.remove(by=ada, item=work(engagement, ada, 600, start))
    work(make_engagement(), ada, 600, start)
    User.objects.filter(pk=ada.pk).update(timezone=zone)
    ada.refresh_from_db()
    rows = table(ada, engagement, "hours-sums-csv")
    said = {(name, date.fromisoformat(monday)): round(float(hours) * 60) for name, _, monday, hours in rows}
    assert said == dict(by_hand(engagement, ZoneInfo(zone)))
    assert len(rows) == len(said)
    assert all(week == week_name(date.fromisoformat(monday)) for _, week, monday, _ in rows)


def test_the_day_of_an_entry_is_the_readers_also_in_a_long_export(engagement: Engagement, ada: User) -> None:
    """It is read when the request, and the zone that it set, are over."""
    work(engagement, ada, 60, datetime(2026, 3, 15, 23, 30, tzinfo=UTC))  # already Monday east of London
    User.objects.filter(pk=ada.pk).update(timezone="Asia/Tokyo")
    assert table(ada, engagement, "hours-csv")[0][:4] == ["2026-03-16", "2026-W12", "Ada Lead", "1.0"]
    User.objects.filter(pk=ada.pk).update(timezone="UTC")
    assert table(ada, engagement, "hours-csv")[0][:2] == ["2026-03-15", "2026-W11"]


def test_what_has_no_person_stands_apart_under_its_name(engagement: Engagement, ada: User) -> None:
    token = make_token(engagement, "log:write", name="nightly").token
    own = make_token(ada, "log:write", name="laptop").token
    with acting_through(token.pk, token.name):
        work(engagement, None, 30)
    with acting_through(own.pk, own.name):
        work(engagement, ada, 60)
    work(engagement, None, 90)
    found = worked(ada, engagement, ZoneInfo("UTC"))
    sums = Counter({found.names[one.who]: one.minutes for one in found.work})
    assert sums == {"Ada Lead": 60, "token nightly": 30, "Fieldwork": 90}
    rows = table(ada, engagement, "hours-csv", "?who=by%3Atoken+nightly")
    assert [(row[2], row[3]) for row in rows] == [("token nightly", "0.5")]


def test_two_of_one_name_are_two_people(engagement: Engagement) -> None:
    people = [make_member(engagement, user=make_user(name="Kim")).user for _ in range(2)]
    for one, minutes in zip(people, (60, 120), strict=True):
        work(engagement, one, minutes)
    assert [row[3] for row in table(people[0], engagement, "hours-sums-csv")] in (
        ["1.0", "2.0"],
        ["2.0", "1.0"],
    )
    assert len(table(people[0], engagement, "hours-csv", f"?who={people[1].pk}")) == 1


# The page


def test_what_is_logged_is_counted_and_what_is_taken_back_is_not(engagement: Engagement, ada: User) -> None:
    assert "No hours yet" in page(ada, engagement)
    entry = log(by=ada, engagement=engagement, line="Talked to IT 1h30m").item
    assert "1.5" in page(ada, engagement)
    items.remove(by=ada, item=entry)
    assert "No hours yet" in page(ada, engagement)


def test_the_empty_page_teaches_how_hours_are_written(engagement: Engagement, ada: User) -> None:
    assert "2h" in page(ada, engagement).partition("No hours yet")[2]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (79 * 60, ""),
        (80 * 60, "80 of 100 budgeted hours are used; 20 are left."),
        (100 * 60, "100 of 100 budgeted hours are used; nothing is left."),
        (112 * 60 + 30, "112.5 of 100 budgeted hours are used, 12.5 more than agreed."),
    ],
)
def test_it_warns_from_80_percent_on(engagement: Engagement, ada: User, minutes: int, said: str) -> None:
    budget(engagement, 100 * 60)
    while minutes:
        work(engagement, ada, part := min(minutes, 1440))
        minutes -= part
    text = page(ada, engagement)
    assert (said or "% of the budget") in text
    assert ("budgeted hours are used" in text) == bool(said)


def test_pace_and_end_are_said_when_there_is_enough_to_say_them(engagement: Engagement, ada: User) -> None:
    budget(engagement, 100 * 60)
    monday = monday_of(timezone.localdate())
    noon = datetime.combine(monday, datetime.min.time(), UTC) + timedelta(hours=12)
    work(engagement, ada, 600, noon - WEEK)
    text = page(ada, engagement)
    assert "two weeks with hours make a pace" in text
    assert "Used up" not in text
    work(engagement, ada, 600, noon - 2 * WEEK)
    text = page(ada, engagement)
    assert "in the last 2 whole weeks" in text
    # 80 of 100 hours left at 10 a week, of which this one still has all
    end = monday + 7 * WEEK
    assert f"{end.day} {end:%b %Y}" in text.partition("Used up")[2]


def test_a_cell_leads_to_its_entries_and_these_to_the_log(engagement: Engagement, ada: User) -> None:
    bo = make_member(engagement, user=make_user(name="Bo Engineer")).user
    now = timezone.now()
    monday = monday_of(timezone.localdate())
    mine = work(engagement, ada, 60, title="mine now")
    work(engagement, ada, 60, now - WEEK, title="mine before")
    work(engagement, ada, 60, now - 30 * WEEK, title="mine long ago")
    work(engagement, bo, 60, title="theirs now")
    cell = f"?who={ada.pk}&amp;week={monday}"
    assert f'href="{cell}#entries"' in page(ada, engagement)
    text = page(ada, engagement, cell.replace("&amp;", "&"))
    entries = text.partition('id="entries"')[2]
    assert mine.get_absolute_url() in entries
    assert not any(title in entries for title in ("mine before", "mine long ago", "theirs now"))
    link = f"?kind=entries&amp;by={ada.pk}&amp;since={monday}&amp;until={monday + 6 * DAY}"
    assert link in entries
    in_log = (
        browser_of(ada)
        .get(reverse("log:engagement", args=[engagement.pk]) + link.replace("&amp;", "&"))
        .content.decode()
    )
    assert "mine now" in in_log
    assert "mine before" not in in_log
    earlier = page(ada, engagement, f"?who={ada.pk}&week=earlier").partition('id="entries"')[2]
    assert "mine long ago" in earlier
    assert "mine before" not in earlier


@pytest.mark.parametrize("query", ["?who=x", "?who=%00", "?week=2026-99-99", "?week=0001-01-01", "?week=9999-12-31",
                                   "?before=x", "?who=by:", f"?who=by:{'x' * 900}", "?week=earlier"])  # fmt: skip
def test_nonsense_in_the_address_is_no_error(engagement: Engagement, ada: User, query: str) -> None:
    work(engagement, ada, 60)
    page(ada, engagement, query)
    for route in ("hours-csv", "hours-sums-csv"):
        table(ada, engagement, route, query)


def test_more_people_than_columns_share_the_last_one(engagement: Engagement, ada: User) -> None:
    for n in range(12):
        work(engagement, make_user(name=f"Person {n}"), 60 * (n + 1))
    text = page(ada, engagement)
    assert "4 more" in text
    assert "Person 11" in text
    foot = text.partition("<tfoot>")[2]
    assert ">78<" in foot  # together
    assert ">10<" in foot  # of the four who worked least: 1 + 2 + 3 + 4


def test_names_and_titles_are_escaped(engagement: Engagement) -> None:
    eve = make_member(engagement, user=make_user(name="<b>Eve</b>")).user
    work(engagement, eve, 60, title="<script>alert(1)</script>", tags=["a&b"])
    text = page(eve, engagement, f"?who={eve.pk}")
    assert "<b>Eve" not in text
    assert "<script>alert" not in text


def test_it_costs_the_same_however_many_entries_there_are(engagement: Engagement, ada: User) -> None:
    budget(engagement, 6_000)
    browser, costs = browser_of(ada), []
    address = reverse("engagements:hours", args=[engagement.pk])
    for size in (1, 40):
        for n in range(size):
            by = [ada, None, make_user()][n % 3]
            work(engagement, by, 30, timezone.now() - n * DAY)
        for query in ("", f"?who={ada.pk}&week=earlier"):
            browser.get(address + query)
            with CaptureQueriesContext(connection) as caught:
                browser.get(address + query)
            costs.append(len(caught))
    assert len(set(costs)) == 1
    with CaptureQueriesContext(connection) as caught:
        worked(ada, engagement, ZoneInfo("UTC"))
    assert len(caught) == 1


# Who may


def test_a_client_viewer_finds_no_hours(engagement: Engagement, ada: User) -> None:
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    foreign = make_user()
    for route in ("hours", "hours-csv", "hours-sums-csv"):
        address = reverse(f"engagements:{route}", args=[engagement.pk])
        assert browser_of(viewer).get(address).status_code == 403
        assert browser_of(foreign).get(address).status_code == 404


# Exports


def test_the_export_of_entries_is_what_is_chosen_with_all_that_is_known(
    engagement: Engagement, ada: User
) -> None:
    at = datetime(2026, 3, 18, 12, tzinfo=UTC)
    entry = work(engagement, ada, 90, at, entry_kind="meeting", text="Long\ntext", tags=["data", "legal"])
    work(engagement, make_user(name="Bo"), 60, at)
    rows = table(ada, engagement, "hours-csv", f"?who={ada.pk}")
    assert rows == [
        [
            "2026-03-18",
            "2026-W12",
            "Ada Lead",
            "1.5",
            "Meeting",
            "Long\ntext",
            entry.reference,
            "#data #legal",
        ]
    ]
    assert len(table(ada, engagement, "hours-csv")) == 2
    assert table(ada, engagement, "hours-csv", "?week=2026-03-09") == []
    assert table(ada, engagement, "hours-sums-csv", "?week=2026-03-20&who=" + str(ada.pk)) == [
        ["Ada Lead", "2026-W12", "2026-03-16", "1.5"]
    ]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1"])
def test_no_cell_of_an_export_is_a_formula(engagement: Engagement, text: str) -> None:
    eve = make_member(engagement, user=make_user(name=f"{text.strip()} Eve")).user
    work(engagement, eve, 60, text=text, title=text.strip() or "x", tags=[text.strip()[:40]])
    for route in ("hours-csv", "hours-sums-csv"):
        for row in table(eve, engagement, route):
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row), row


def test_the_name_of_the_file_says_whose_hours_they_are(engagement: Engagement, ada: User) -> None:
    answer = browser_of(ada).get(reverse("engagements:hours-csv", args=[engagement.pk]))
    assert f"hours-{engagement.client.slug}-triage-" in answer["Content-Disposition"]


def test_a_long_export_is_read_in_parts_and_complete(engagement: Engagement, ada: User) -> None:
    for n in range(30):
        work(engagement, ada, n + 1)
    rows = table(ada, engagement, "hours-csv")
    assert round(sum(float(row[3]) for row in rows) * 60) == sum(range(31))
    found = worked(ada, engagement, ZoneInfo("UTC"))
    assert sum(by_week(found.work).values()) == sum(range(31))


# The budget


def edit(user: User, engagement: Engagement, **typed: str) -> Any:
    sent = {
        "name": engagement.name,
        "starts_on": str(engagement.starts_on),
        "version": str(engagement.version),
    }
    address = reverse("engagements:edit", args=[engagement.pk])
    return browser_of(user).post(address, sent | typed)


@pytest.mark.parametrize(
    ("typed", "minutes"), [("120", 7_200), ("15d", 7_200), ("90h30m", 5_430), ("", None)]
)
def test_a_budget_is_typed_as_people_write_it_and_shown_so(
    engagement: Engagement, ada: User, typed: str, minutes: int | None
) -> None:
    budget(engagement, 60)
    assert edit(ada, engagement, budget_minutes=typed).status_code == 302
    engagement.refresh_from_db()
    assert engagement.budget_minutes == minutes
    form = browser_of(ada).get(reverse("engagements:edit", args=[engagement.pk])).content.decode()
    assert ('value="120h"' in form) == (minutes == 7_200)


@pytest.mark.parametrize("typed", ["soon", "0", "-3h", "1,200"])
def test_what_is_no_budget_is_refused_and_kept_as_typed(
    engagement: Engagement, ada: User, typed: str
) -> None:
    answer = edit(ada, engagement, budget_minutes=typed)
    assert answer.status_code == 200
    assert f'value="{typed}"' in answer.content.decode()
    engagement.refresh_from_db()
    assert engagement.budget_minutes is None


def test_a_change_of_the_budget_is_in_the_history_and_an_empty_one_is_not(
    engagement: Engagement, ada: User
) -> None:
    assert edit(ada, engagement, starts_on="2026-02-01", budget_minutes="10h").status_code == 302
    told = Event.objects.get(subject_id=engagement.pk, verb="changed")
    begins = str(engagement.starts_on)
    assert told.data["before"] == {"budget": "none", "begins on": begins}
    assert told.data["after"] == {"budget": "10h", "begins on": "2026-02-01"}
    engagement.refresh_from_db()
    assert edit(ada, engagement, budget_minutes="600m").status_code == 302
    assert Event.objects.filter(subject_id=engagement.pk, verb="changed").count() == 1


@pytest.mark.parametrize("wanted", [{"budget_minutes": 0}, {"starts_on": date(1, 1, 1)}, {"name": " "}])
def test_the_service_refuses_what_cannot_be(engagement: Engagement, wanted: dict[str, Any]) -> None:
    said = {"name": "triage", "starts_on": engagement.starts_on, "budget_minutes": None, **wanted}
    with pytest.raises(Refused):
        change_engagement(by=None, engagement=engagement, **said)


def test_of_two_who_change_it_the_second_is_told(engagement: Engagement, ada: User) -> None:
    budget(engagement, 600)
    answer = edit(ada, engagement, budget_minutes="20h", version="1", name="other")
    assert answer.status_code == 200
    assert "Somebody else has changed this" in answer.content.decode()
