"""Templates over the API: those of the house, those that are shipped, and one made of an engagement."""

from typing import Any

import pytest

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, MemberRole, Template
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.templates import make_template, plain_content

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


def test_templates_are_for_staff_and_what_they_hold_by_themselves(
    job: Program, engagement: Engagement
) -> None:
    made = make_template(name="Triage")
    [row] = job.get("templates/").json()["results"]
    assert row.keys() == {"id", "name", "description", "author", "version", "created_at"}
    body = job.get(f"templates/{made.pk}/").json()
    assert body.keys() == row.keys() | {"content", "problems"}
    assert (body["name"], body["problems"], body["content"]["phases"][0]["gate_day"]) == ("Triage", [], 10)
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    for path in ("templates/", f"templates/{made.pk}/", "templates/shipped/"):
        is_problem(program(viewer).get(path), 403)
    for narrow in (program(engagement), program(make_user(Role.ADMIN), limited_to=engagement)):
        assert narrow.get("templates/").json()["results"] == []
        is_problem(narrow.get(f"templates/{made.pk}/"), 404)
        is_problem(narrow.post("templates/", {"name": "x", "content": plain_content()}), 403)


def test_shipped_ones_are_told_with_the_key_that_starts_one(job: Program) -> None:
    shipped = job.get("templates/shipped/").json()["results"]
    assert {one["key"] for one in shipped} >= {"agentic-workflow"}
    assert all(one.keys() == {"key", "name", "description", "weeks", "content"} for one in shipped)
    sent = {"client": "Northwind", "name": "Triage", "template": shipped[0]["key"]}
    assert job.post("engagements/", sent).status_code == 201


def test_a_template_is_saved_changed_and_removed_by_its_author(job: Program, lead: User) -> None:
    sent = {"name": "Ours", "description": "How we do it", "content": plain_content()}
    made = job.post("templates/", sent)
    body, path = made.json(), f"templates/{made.json()['id']}/"
    assert (made.status_code, body["author"]["id"], body["description"]) == (
        201,
        str(lead.pk),
        "How we do it",
    )
    assert (
        body["content"]
        == job.post("templates/", {"name": "Copy", "content": body["content"]}).json()["content"]
    )
    changed = job.patch(path, {"name": "Ours, still"}, If_Match=made["ETag"]).json()
    assert (changed["name"], changed["content"]) == ("Ours, still", body["content"])
    other = program(make_user())
    is_problem(other.patch(path, {"name": "Mine", "version": 2}), 403)
    is_problem(other.send("DELETE", path), 403)
    assert program(make_user(Role.MANAGER)).send("DELETE", path).status_code == 204
    assert not Template.objects.filter(pk=body["id"]).exists()


def test_what_cannot_be_kept_is_said(job: Program) -> None:
    content: dict[str, Any] = {"phases": [{"stage": "nowhere"}]}
    for sent, field in (
        ({"name": "x", "content": content}, "content"),
        ({"name": "x", "content": {}}, "content"),
        ({"name": "x"}, "content"),
        ({"name": "x", "content": plain_content(), "kept": []}, "content"),
        ({"name": "Agentic workflow", "content": content | {"phases": 3}}, "content"),
        ({"content": plain_content()}, "name"),
    ):
        assert is_problem(job.post("templates/", sent), 422)["errors"][0]["field"] == field, sent


def test_an_engagement_is_saved_by_the_lines_that_somebody_has_seen(
    job: Program, engagement: Engagement
) -> None:
    make_item(engagement, "action", title="Run the kick-off", text="Who decides?", due="2027-01-04")
    path = f"engagements/{engagement.pk}/template-lines/"
    lines = job.get(path).json()
    assert lines.keys() == {"results", "cut"}
    line = next(one for one in lines["results"] if one["title"] == "Run the kick-off")
    assert line.keys() == {
        "key", "text_key", "stage", "part", "title", "day", "text", "checklist", "why_not", "text_why_not",
    }  # fmt: skip
    sent = {"name": "As here", "engagement": str(engagement.pk), "kept": [line["key"]]}
    body = job.post("templates/", sent).json()
    [action] = [one for phase in body["content"]["phases"] for one in phase.get("actions", [])]
    assert (action["title"], "text" in action) == ("Run the kick-off", False)
    stale = is_problem(job.post("templates/", {**sent, "name": "B", "kept": ["gone"]}), 422)["errors"][0]
    assert (stale["field"], stale["code"]) == ("kept", "changed")
    elsewhere = {**sent, "name": "C", "engagement": str(make_engagement().pk)}
    assert is_problem(job.post("templates/", elsewhere), 422)["errors"][0]["field"] == "engagement"


def test_who_only_looks_on_saves_nothing_of_an_engagement(engagement: Engagement) -> None:
    looking = program(make_member(engagement, MemberRole.VIEWER).user)
    is_problem(looking.get(f"engagements/{engagement.pk}/template-lines/"), 403)
    sent = {"name": "x", "engagement": str(engagement.pk), "kept": ["x"]}
    assert is_problem(looking.post("templates/", sent), 422)["errors"][0]["field"] == "engagement"
    assert Template.objects.count() == 0
