"""Imports over the API: sent, understood, tried in a dry run, written down, undone; nobody else's business."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements.models import Action, Engagement, Import, MemberRole
from tests.factories import make_engagement, make_member, make_user
from tests.factories.tokens import bearer, make_token

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db
TEXT = "Task,Owner,When,Where\nCall the bank,Maria,01/02/2027,Bern\nWrite,Nobody Known,,\nBad,,32/13/2027,\n"


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.ENGINEER, user=make_user(name="Maria Lindqvist")).user


@pytest.fixture
def job(maria: User) -> Program:
    return program(maria)


def pasted(job: Program, engagement: Engagement, text: str = TEXT, what: str = "actions") -> dict[str, Any]:
    answer = job.post(f"engagements/{engagement.pk}/imports/", {"what": what, "text": text})
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def test_a_file_is_understood_tried_and_written_down_once(
    job: Program, maria: User, engagement: Engagement
) -> None:
    body = pasted(job, engagement)
    one, found = f"imports/{body['id']}/", body["understood"]
    assert (body["state"], body["rows"], found["headings"]) == (
        "waiting",
        3,
        ["Task", "Owner", "When", "Where"],
    )
    columns = {column["name"]: column["column"] for column in found["columns"]}
    assert (columns["title"], columns["owner"], columns["due"], columns["text"]) == (0, 1, 2, None)
    assert found["dry_run"]["asks"] == ["order"]
    assert [one["name"] for one in found["people"]] == ["Nobody Known"]
    said = {"order": "dmy", "rest": True, "people": {"Nobody Known": str(maria.pk)}}
    changed = job.patch(one, said).json()["understood"]
    assert (changed["order"], changed["rest"], changed["people"][0]["person"]) == ("dmy", True, str(maria.pk))
    assert (changed["dry_run"]["new"], changed["dry_run"]["refused"]) == (2, 1)
    assert changed["dry_run"]["results"][0]["troubles"][0]["column"] == "When"
    assert Action.objects.count() == 0
    is_problem(job.post(f"{one}take/", {"seen": found["seen"]}), 409, "moved_on")
    done = job.post(f"{one}take/", {"seen": changed["seen"]}).json()
    assert (done["state"], done["written"], done["refused"], done["understood"]) == ("taken", 2, 1, None)
    assert set(Action.objects.values_list("title", "owner")) == {
        ("Call the bank", maria.pk),
        ("Write", maria.pk),
    }
    event = Event.objects.get(verb="imported")
    assert (event.actor, event.data["via"][:6]) == (maria, "token ")
    refused = job.get(f"{one}refused/")
    assert refused["Content-Type"].startswith("text/csv")
    assert b"32/13/2027" in b"".join(refused)
    is_problem(job.post(f"{one}take/", {"seen": changed["seen"]}), 409, "taken")
    undone = job.post(f"{one}undo/").json()
    assert (undone["state"], undone["undone"], undone["left"]) == ("undone", 2, 0)
    is_problem(job.post(f"{one}undo/"), 409, "undo_over")


def test_a_file_is_uploaded(maria: User, engagement: Engagement) -> None:
    path = f"/api/v1/engagements/{engagement.pk}/imports/upload/"
    headers = bearer(make_token(maria))
    file = SimpleUploadedFile("../risks.csv", b"Risk,Impact\nThe replica lags,high\n")
    answer = Client().post(path, {"what": "risks", "file": file}, headers=headers)
    body = answer.json()
    assert (answer.status_code, body["name"], body["what"]) == (201, "risks.csv", "risks")
    assert answer["Location"].endswith(f"/imports/{body['id']}/")
    wrong = Client().post(
        path, {"what": "nonsense", "file": SimpleUploadedFile("x.csv", b"a\n1\n")}, headers=headers
    )
    assert is_problem(wrong, 422)["errors"][0]["field"] == "what"
    table = Client().post(
        path, {"what": "risks", "file": SimpleUploadedFile("x.csv", b"\x00\x01")}, headers=headers
    )
    assert is_problem(table, 422)["errors"][0]["field"] == "file"
    assert (
        is_problem(Client().post(path, {"what": "risks"}, headers=headers), 422)["errors"][0]["field"]
        == "file"
    )
    large = Client().post(
        path, headers={**headers, "Content-Length": str(30 * 2**20)}, CONTENT_LENGTH=30 * 2**20
    )
    is_problem(large, 413, "too_large")
    assert Import.objects.count() == 1


def test_what_it_cannot_mean_is_said_at_its_field(job: Program, engagement: Engagement) -> None:
    one = f"imports/{pasted(job, engagement)['id']}/"
    stranger = str(make_user().pk)
    for wrong, field in (
        ({"columns": {"title": 9}}, "columns"),
        ({"columns": {"nonsense": 0}}, "columns"),
        ({"columns": {"title": 0, "text": 0}}, "columns"),
        ({"columns": {"title": "x"}}, "columns.title"),
        ({"order": "ymd"}, "order"),
        ({"scale": 4}, "scale"),
        ({"people": {"Nobody Known": stranger}}, "people"),
        ({"rows": []}, "rows"),
    ):
        assert is_problem(job.patch(one, wrong), 422)["errors"][0]["field"] == field, wrong
    assert job.patch(one, {"columns": {"owner": None}}).json()["understood"]["columns"][2]["column"] is None
    assert is_problem(job.post(f"{one}take/", {}), 422)["errors"][0]["field"] == "seen"
    path = f"engagements/{engagement.pk}/imports/"
    assert is_problem(job.post(path, {"what": "actions", "text": " "}), 422)["errors"][0]["field"] == "text"


def test_an_import_is_its_owners_alone(job: Program, maria: User, engagement: Engagement) -> None:
    one = f"imports/{pasted(job, engagement)['id']}/"
    lead = program(make_member(engagement, MemberRole.LEAD).user)
    for other in (lead, program(make_user(Role.ADMIN)), program(engagement)):
        assert other.get("imports/").json()["results"] == []
        for answer in (other.get(one), other.get(f"{one}refused/"), other.send("DELETE", one)):
            is_problem(answer, 404)
        is_problem(other.post(f"{one}take/", {"seen": "x"}), 404)
    is_problem(
        program(engagement).post(f"engagements/{engagement.pk}/imports/", {"what": "actions", "text": TEXT}),
        409,
    )
    viewer = program(make_member(engagement, MemberRole.VIEWER).user)
    is_problem(viewer.post(f"engagements/{engagement.pk}/imports/", {"what": "actions", "text": TEXT}), 403)
    is_problem(program(maria, "imports:read").post(f"{one}take/", {"seen": "x"}), 403, "out_of_scope")
    assert job.send("DELETE", one).status_code == 204
    assert Import.objects.count() == 0
