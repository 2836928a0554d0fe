"""What every noun of the API keeps to: pages, orders, choices, fields, versions, many at once."""

from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.models import Role, User
from apps.engagements.models import Action, Engagement, LogEntry, MemberRole, Milestone, Raid
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


def raid_of(engagement: Engagement) -> str:
    return f"engagements/{engagement.pk}/raid/"


def walked(job: Program, path: str) -> list[Any]:
    """All results of a list, page by page."""
    found: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = job.get(
            f"{path}{'&' if '?' in path else '?'}limit=3{f'&cursor={cursor}' if cursor else ''}"
        ).json()
        found += page["results"]
        cursor = page["next_cursor"]
    return found


def test_a_list_is_walked_in_every_order_once_and_whole(job: Program, engagement: Engagement) -> None:
    items = [
        make_item(engagement, "milestone", title=f"m{n}", due=f"2027-01-{1 + n % 3:02}") for n in range(10)
    ]
    path = f"engagements/{engagement.pk}/milestones/"
    for order, key, down in (("due", "due", False), ("-due", "due", True), ("number", "reference", False)):
        found = walked(job, f"{path}?ordering={order}")
        assert {one["id"] for one in found} == {str(item.pk) for item in items}
        assert len(found) == 10
        said = [one[key] if key == "due" else int(one[key][2:]) for one in found]
        assert said == sorted(said, reverse=down)
    problem = is_problem(job.get(f"{path}?ordering=title"), 422, "fields")
    assert "-due" in problem["errors"][0]["message"]


def test_a_cursor_is_of_its_bearer_list_and_order_alone(
    job: Program, lead: User, engagement: Engagement
) -> None:
    for n in range(3):
        make_item(engagement, "risk", title=f"r{n}")
    path = raid_of(engagement)
    cursor = job.get(f"{path}?limit=1").json()["next_cursor"]
    assert job.get(f"{path}?limit=1&cursor={cursor}").status_code == 200
    for asker, address in (
        (program(lead), path),
        (job, "raid/"),
        (job, f"{path}?ordering=at"),
        (job, f"engagements/{engagement.pk}/actions/"),
    ):
        answer = asker.get(f"{address}{'&' if '?' in address else '?'}cursor={cursor}")
        assert is_problem(answer, 422)["errors"][0]["code"] == "cursor"


def test_only_the_fields_that_are_wanted(job: Program, engagement: Engagement) -> None:
    risk = make_item(engagement, "risk", title="The API ends")
    assert job.get(f"{raid_of(engagement)}?fields=title,reference").json()["results"] == [
        {"reference": "R-1", "title": "The API ends"}
    ]
    assert job.get(f"raid/{risk.pk}/?fields=title").json() == {"title": "The API ends"}
    for path in (f"raid/{risk.pk}/", raid_of(engagement)):
        problem = is_problem(job.get(f"{path}?fields=title,secret"), 422)
        assert "'secret'" in problem["errors"][0]["message"]
        assert "severity" in problem["errors"][0]["message"]


def test_what_a_list_is_narrowed_to(job: Program, lead: User, engagement: Engagement) -> None:
    make_item(engagement, "risk", title="Vendors may stop", severity="high", owner=lead)
    make_item(engagement, "issue", title="No access", tags=["data"])
    path = raid_of(engagement)
    for query, titles in {
        "kind=risk": ["Vendors may stop"],
        "severity=high": ["Vendors may stop"],
        f"owner={lead.pk}": ["Vendors may stop"],
        "tag=%23data": ["No access"],
        "q=vendor": ["Vendors may stop"],
        "open=true": ["No access", "Vendors may stop"],
        "open=false": [],
        "state=resolved": [],
    }.items():
        assert [one["title"] for one in job.get(f"{path}?{query}").json()["results"]] == titles, query
    for query in (
        "kind=action",
        "severity=huge",
        "owner=x",
        "open=perhaps",
        "limit=0",
        "limit=101",
        "nonsense=1",
    ):
        is_problem(job.get(f"{path}?{query}"), 422, "fields")


def test_what_is_known_already_is_not_sent_again(job: Program, engagement: Engagement) -> None:
    risk = make_item(engagement, "risk")
    tag = job.get(f"raid/{risk.pk}/")["ETag"]
    answer = job.get(f"raid/{risk.pk}/", If_None_Match=f'"x", {tag}')
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert job.get(f"raid/{risk.pk}/", If_None_Match='"x"').status_code == 200


def test_a_change_needs_the_version_that_was_seen(job: Program, engagement: Engagement) -> None:
    risk = make_item(engagement, "risk", title="old")
    path = f"raid/{risk.pk}/"
    is_problem(job.patch(path, {"title": "new"}), 428, "version_missing")
    changed = job.patch(path, {"title": "new", "severity": "high"}, If_Match=f'"{risk.version}"')
    assert (changed.json()["title"], changed.json()["severity"]) == ("new", "high")
    assert changed["ETag"] == f'"{risk.version + 1}"'
    is_problem(job.patch(path, {"title": "newer"}, If_Match=f'"{risk.version}"'), 412, "stale")
    is_problem(job.patch(path, {"title": "newer", "version": risk.version}), 409, "stale")
    assert job.patch(path, {"title": "newer"}, If_Match="*").status_code == 200
    is_problem(job.send("DELETE", path, If_Match='"1"'), 412, "stale")
    assert job.send("DELETE", path).status_code == 204
    is_problem(job.get(path), 404)


def test_an_id_of_somewhere_else_is_nobody(job: Program, engagement: Engagement) -> None:
    stranger, other = make_user(), make_engagement()
    gate = other.gates.first() if hasattr(other, "gates") else None
    path = f"engagements/{engagement.pk}/access-requests/"
    for field, value in (
        ("owner", stranger.pk),
        ("owner", uuid4()),
        ("holds_up", gate.pk if gate else uuid4()),
    ):
        problem = is_problem(job.post(path, {"title": "Data", field: str(value)}), 422)
        assert problem["errors"][0]["field"] == field


def test_many_at_once_or_none(job: Program, engagement: Engagement) -> None:
    path = raid_of(engagement)
    sent = [{"kind": "risk", "title": f"r{n}"} for n in range(3)]
    answer = job.post(path, sent)
    assert answer.status_code == 201
    assert [one["reference"] for one in answer.json()["results"]] == ["R-1", "R-2", "R-3"]
    wrong: list[Any] = [
        *sent,
        {"kind": "risk"},
        {"kind": "boom", "title": "x"},
        {"kind": "issue", "title": "x", "due": "2001-01-01"},
    ]
    problem = is_problem(job.post(path, wrong), 422, "rows")
    assert [error["field"] for error in problem["errors"]] == ["3.title", "4.kind"]
    problem = is_problem(job.post(path, [sent[0], wrong[5], {**sent[1], "title": " "}]), 422)
    assert [error["field"] for error in problem["errors"]][:1] == ["2.title"]
    problem = is_problem(job.post(path, [sent[0], wrong[5]]), 422, "rows")
    assert [error["field"] for error in problem["errors"]] == ["1.due"]
    assert Raid.objects.count() == 3
    for rows in ([], sent * 334):
        is_problem(job.post(path, rows), 422, "too_many")


def test_many_at_once_are_written_once(job: Program, engagement: Engagement) -> None:
    path = f"engagements/{engagement.pk}/log/"
    for _ in range(2):
        answer = job.post(path, [{"line": "/risk x"}, {"text": "note"}], Idempotency_Key="k")
        assert [one["item"] for one in answer.json()["results"]] == ["risk", "entry"]
    assert (Raid.objects.count(), LogEntry.objects.count()) == (1, 1)


def test_a_verb_does_what_the_screen_does(job: Program, lead: User, engagement: Engagement) -> None:
    action = make_item(engagement, "action", owner=lead)
    assert job.post(f"actions/{action.pk}/finish/").json()["state"] == "done"
    is_problem(job.post(f"actions/{action.pk}/finish/"), 409, "over")
    others = make_item(engagement, "action")
    is_problem(job.post(f"actions/{others.pk}/finish/"), 403)
    assert job.post(f"actions/{others.pk}/state/", {"state": "doing"}).json()["state"] == "doing"
    is_problem(job.post(f"actions/{others.pk}/state/", {"state": "granted"}), 422)
    milestone = make_item(engagement, "milestone", due="2027-01-01")
    moved = job.post(f"milestones/{milestone.pk}/move/", {"due": "2027-02-01", "why": "no data yet"})
    assert (moved.json()["due"], moved.json()["promised"]) == ("2027-02-01", str(milestone.promised))
    assert Milestone.objects.get().version == moved.json()["version"]


def test_an_engagements_token_does_nothing_in_somebodys_name(engagement: Engagement) -> None:
    job = program(engagement)
    request = make_item(engagement, "access_request")
    is_problem(job.post(f"access-requests/{request.pk}/chase/"), 409, "needs_person")
    is_problem(job.post(f"access-requests/{request.pk}/answer/", {"state": "granted"}), 403)
    is_problem(job.post("engagements/", {"client": "A", "name": "B"}), 403)
    assert job.post(f"engagements/{engagement.pk}/actions/", {"title": "Call"}).json()["author"] is None


def test_a_client_viewer_sees_and_answers_their_own_and_changes_nothing(engagement: Engagement) -> None:
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    job = program(viewer)
    hidden = make_item(engagement, "access_request")
    shown = make_item(engagement, "access_request", client_visible=True)
    assert [one["id"] for one in job.get("access-requests/").json()["results"]] == [str(shown.pk)]
    is_problem(job.get(f"access-requests/{hidden.pk}/"), 404)
    for path in (f"engagements/{engagement.pk}/actions/", f"engagements/{engagement.pk}/raid/"):
        assert job.post(path, {"title": "x", "kind": "risk"}).status_code == 403
    answer = job.post(f"access-requests/{shown.pk}/answer/", {"state": "granted", "words": "Here you are"})
    assert answer.json()["state"] == "granted"
    assert not Action.objects.exists()
    budget = job.get(f"engagements/{engagement.pk}/").json()
    assert budget["budget_minutes"] is None


def test_nothing_changes_on_a_closed_engagement_but_what_opens_it(
    job: Program, engagement: Engagement
) -> None:
    path = f"engagements/{engagement.pk}/"
    closed = job.post(f"{path}close/", {"ending": "other", "words": "Over."}).json()
    assert closed["state"] == "closed"
    is_problem(job.post(raid_of(engagement), {"kind": "risk", "title": "x"}), 409, "closed")
    is_problem(job.patch(path, {"name": "x", "version": closed["version"]}), 409, "closed")
    assert job.post(f"{path}archive/").json()["state"] == "archived"
    assert job.post(f"{path}bring-back/").json()["state"] == "closed"
    assert job.post(f"{path}reopen/", {"words": "On."}).json()["state"] == "open"


def test_an_engagement_is_started_and_changed(lead: User) -> None:
    job = program(lead)
    made = job.post(
        "engagements/", {"client": "Northwind Bank", "name": "Triage", "template": "agentic-workflow"}
    )
    assert made.status_code == 201
    body = made.json()
    assert made["Location"].endswith(f"/engagements/{body['id']}/")
    changed = job.patch(f"engagements/{body['id']}/", {"budget_minutes": 600}, If_Match=made["ETag"])
    assert (changed.json()["budget_minutes"], changed.json()["name"]) == (600, "Triage")
    is_problem(job.post("engagements/", {"client": "Northwind Bank", "name": "triage"}), 422)
    is_problem(job.post("engagements/", {"client": "N", "name": "T", "template": "none"}), 422)
    limited = program(lead, limited_to=make_member(make_engagement(), MemberRole.LEAD, user=lead).engagement)
    is_problem(limited.post("engagements/", {"client": "N", "name": "T"}), 403)
