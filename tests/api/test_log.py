"""Engagements and the log over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.engagements.models import Engagement, Item, LogEntry
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement(client=make_client("Northwind Bank"), name="Support triage")


@pytest.fixture
def job(engagement: Engagement) -> Program:
    return program(engagement)


@pytest.fixture
def log(engagement: Engagement) -> str:
    return f"engagements/{engagement.pk}/log/"


def test_a_line_becomes_what_it_becomes_on_the_screen(engagement: Engagement, log: str) -> None:
    person = make_member(engagement).user
    it = program(person)
    answer = it.post(log, {"line": "/decision Use the replica because it is quick #data 90m !client"})
    entry = answer.json()
    assert (answer.status_code, entry["reference"], entry["kind"]) == (201, "L-1", "decision")
    assert (entry["reason"], entry["tags"], entry["minutes"]) == ("it is quick", ["data"], 90)
    assert entry["client_visible"] is True
    assert it.get(answer["Location"]).json() == entry
    risk = it.post(log, {"line": "/risk high The vendor may end the API"}).json()
    assert (risk["item"], risk["kind"], risk["reference"]) == ("risk", None, "R-1")
    assert Item.objects.get(pk=risk["id"]).by == person


@pytest.mark.parametrize(
    ("line", "start", "end"), [("/risc high x", 0, 5), ("/action @nobody call", 8, 15), ("", 0, 0)]
)
def test_a_line_that_does_not_parse_says_which_part(
    job: Program, log: str, line: str, start: int, end: int
) -> None:
    problem = is_problem(job.post(log, {"line": line}), 422, "unclear")
    first = problem["errors"][0]
    assert (first["field"], first["start"], first["end"]) == ("line", start, end)
    assert first["message"]
    assert not Item.objects.filter(kind__in=["entry", "action", "risk"]).exists()


def test_an_entry_is_written_by_its_fields(job: Program, log: str) -> None:
    at = timezone.now() - timedelta(days=3)
    sent = {
        "kind": "decision",
        "text": "Use the replica",
        "reason": "it is quick",
        "rejected": [{"option": "live database", "why": "too slow"}, {"option": "dump"}],
        "tags": ["Data", "#access"],
        "minutes": 45,
        "client_visible": True,
        "at": at.isoformat(),
    }
    entry = job.post(log, sent).json()
    kept = LogEntry.objects.get(pk=entry["id"])
    assert (kept.entry_kind, kept.title, kept.reason, kept.minutes) == (
        "decision",
        "Use the replica",
        "it is quick",
        45,
    )
    assert kept.rejected == [{"option": "live database", "why": "too slow"}, {"option": "dump", "why": ""}]
    assert (kept.tags, kept.client_visible, kept.at) == (["data", "access"], True, at)
    assert "too slow" in kept.text
    assert entry["at"].endswith("Z")
    assert job.post(log, {"kind": "blocker", "text": "No VPN"}).json()["state"] == "open"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "  \n"}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": ["x"]}, "text"),
        ({"text": "x", "kind": "gossip"}, "kind"),
        ({"text": "x", "tags": "data"}, "tags"),
        ({"text": "x", "tags": ["a b"]}, "tags"),
        ({"text": "x", "tags": ["a,b"]}, "tags"),
        ({"text": "x", "tags": ["!"]}, "tags"),
        ({"text": "x", "tags": ["t" * 60]}, "tags.0"),
        ({"text": "x", "tags": [f"t{n}" for n in range(11)]}, "tags"),
        ({"text": "x", "minutes": 0}, "minutes"),
        ({"text": "x", "minutes": 1441}, "minutes"),
        ({"text": "x", "minutes": 10**300}, "minutes"),
        ({"text": "x", "minutes": "two"}, "minutes"),
        ({"text": "x", "client_visible": "perhaps"}, "client_visible"),
        ({"text": "x", "at": "yesterday"}, "at"),
        ({"text": "x", "at": "0001-01-01T00:00:00+23:59"}, "at"),
        ({"text": "x", "at": "9999-12-31T23:59:59-23:59"}, "at"),
        ({"text": "x", "at": "2999-01-01T00:00:00Z"}, "at"),
        ({"text": "x", "reason": "because"}, "kind"),
        ({"text": "x", "kind": "decision", "rejected": [{"why": "w"}]}, "rejected.0.option"),
        ({"text": "x", "kind": "decision", "rejected": [{"option": "o"}] * 21}, "rejected"),
        ({"text": "x", "titel": "y"}, "titel"),
        ({"line": "x", "text": "y"}, "text"),
        ({"line": None}, "line"),
        ({"line": {"deep": 1}}, "line"),
    ],
)
def test_a_field_that_cannot_be_kept_is_named(job: Program, log: str, sent: dict, field: str) -> None:
    problem = is_problem(job.post(log, sent), 422)
    assert field in [error["field"] for error in problem["errors"]], problem
    assert not LogEntry.objects.exists()


def test_the_log_comes_in_pages_that_hold_everything_once(
    engagement: Engagement, job: Program, log: str
) -> None:
    at = timezone.now()
    for number in range(23):  # many at the very same moment
        make_item(engagement, "entry", title=f"e {number}", at=at - timedelta(hours=number // 10))
    seen, cursor = [], ""
    while cursor is not None:
        page = job.get(f"{log}?limit=4&cursor={cursor}" if cursor else f"{log}?limit=4").json()
        assert len(page["results"]) <= 4
        seen += page["results"]
        cursor = page["next_cursor"]
    assert len({one["id"] for one in seen}) == len(seen) == 23
    assert [one["at"] for one in seen] == sorted((one["at"] for one in seen), reverse=True)


def test_the_log_is_narrowed(engagement: Engagement, job: Program, log: str) -> None:
    now = timezone.now()
    make_item(engagement, "entry", title="replica chosen", entry_kind="decision", tags=["data"], at=now)
    make_item(engagement, "entry", title="bank called", tags=["people"], at=now - timedelta(days=9))
    for query, titles in {
        "kind=decision": ["replica chosen"],
        "tag=data": ["replica chosen"],
        "tag=%23People": ["bank called"],
        f"since={(now - timedelta(days=2)).date()}": ["replica chosen"],
        "q=call": ["bank called"],
        "q=": ["replica chosen", "bank called"],
        "q=nothing+like+it": [],
    }.items():
        assert [one["title"] for one in job.get(f"{log}?{query}").json()["results"]] == titles, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=gossip", "kind"),
        ("since=yesterday", "since"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=8J-SqQ", "cursor"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1e3", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("q=%00", "q"),
        ("q=" + "x" * 400, "q"),
        ("tag=%ff%00", "tag"),
        ("kidn=note", "kidn"),
    ],
)
def test_a_query_that_is_not_understood_is_refused_rather_than_ignored(
    job: Program, log: str, query: str, field: str
) -> None:
    problem = is_problem(job.get(f"{log}?{query}"), 422, "fields")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_list_costs_the_same_however_long_it_is(engagement: Engagement, job: Program, log: str) -> None:
    costs = []
    for _ in range(2):
        for _ in range(15):
            job.post(log, {"text": "note"})
        with CaptureQueriesContext(connection) as caught:
            assert len(job.get(f"{log}?limit=100").json()["results"]) > 10
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 8


def test_an_entry_is_corrected_at_the_version_that_was_seen(job: Program, log: str) -> None:
    entry = job.post(log, {"kind": "decision", "text": "Use it", "reason": "quick", "tags": ["a"]}).json()
    one = f"log/{entry['id']}/"
    seen = job.get(one)["ETag"]
    answer = job.patch(one, {"text": "Use that"}, If_Match=seen)
    now = answer.json()
    assert (answer.status_code, now["version"], answer["ETag"]) == (200, 2, '"2"')
    assert (now["title"], now["reason"], now["tags"], now["kind"]) == ("Use that", "quick", ["a"], "decision")
    assert now["text"] == "Use that\n\nBecause quick"
    assert job.patch(one, {"kind": "note", "version": 2}).json()["reason"] == ""
    event = Event.objects.filter(subject_id=entry["id"], verb="changed").earliest("at")
    assert event.data["before"]["text"].startswith("Use it")


def test_a_correction_of_an_older_version_overwrites_nothing(job: Program, log: str) -> None:
    one = f"log/{job.post(log, {'text': 'first'}).json()['id']}/"
    assert job.patch(one, {"text": "theirs", "version": 1}).status_code == 200
    is_problem(job.patch(one, {"text": "mine", "version": 1}), 409, "stale")
    is_problem(job.patch(one, {"text": "mine"}, If_Match='"1"'), 412, "stale")
    is_problem(job.patch(one, {"text": "mine"}, If_Match="nonsense"), 412, "stale")
    is_problem(job.patch(one, {"text": "mine", "version": 2}, If_Match='"1"'), 412, "stale")
    is_problem(job.patch(one, {"text": "mine"}), 428, "version_missing")
    assert job.get(one).json()["text"] == "theirs"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text": ""}, "text"),
        ({"title": "x"}, "title"),
        ({"version": 0}, "version"),
        ({"version": 10**20}, "version"),
        ({"tags": ["a b"]}, "tags"),
        ({"kind": "note", "rejected": [{"option": "o"}]}, "kind"),
        ({"kind": "decision", "rejected": [{"why": "o"}]}, "rejected"),
    ],
)
def test_a_correction_that_cannot_be_kept_names_its_field(
    job: Program, log: str, sent: dict, field: str
) -> None:
    one = f"log/{job.post(log, {'text': 'first'}).json()['id']}/"
    problem = is_problem(job.patch(one, {"version": 1, **sent}), 422)
    assert field in [error["field"] for error in problem["errors"]]
    assert job.get(one).json()["version"] == 1


def test_a_removed_entry_is_gone(engagement: Engagement, job: Program, log: str) -> None:
    from apps.engagements.services import items

    entry = LogEntry.objects.get(pk=job.post(log, {"text": "first"}).json()["id"])
    items.remove(by=None, item=entry)
    is_problem(job.get(f"log/{entry.pk}/"), 404)
    is_problem(job.patch(f"log/{entry.pk}/", {"text": "x", "version": 1}), 404)
    assert job.get(log).json()["results"] == []


def test_engagements_are_listed_and_narrowed(engagement: Engagement) -> None:
    other = make_engagement(client=make_client("Contoso"), name="Claims")
    everything = program(make_user(Role.ADMIN))
    names = lambda query: [one["name"] for one in everything.get(f"engagements/{query}").json()["results"]]  # noqa: E731
    assert names("") == [other.name, engagement.name]
    assert names("?q=northwind") == names("?q=support-tri") == names("?q=TRIAGE") == [engagement.name]
    assert names("?stage=scoping&limit=1") == [other.name]
    assert names("?stage=adopt") == []
    is_problem(everything.get("engagements/?stage=unknown"), 422)
    one = everything.get(f"engagements/{engagement.pk}/").json()
    assert (one["client"]["name"], one["slug"], one["stage"]) == (
        "Northwind Bank",
        "support-triage",
        "scoping",
    )


def test_a_listing_of_engagements_ends(engagement: Engagement) -> None:
    for _ in range(4):
        make_engagement()
    everything, seen, cursor = program(make_user(Role.MANAGER)), [], ""
    while cursor is not None:
        page = everything.get(f"engagements/?limit=2{f'&cursor={cursor}' if cursor else ''}").json()
        seen += [one["id"] for one in page["results"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5
