"""What a site is asked over the API: 202, an address to ask again, and no more than left the site."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.connectors.models import Source
from apps.connectors.rules import contents
from apps.dataplane.contract.messages import (
    BrowseReport,
    Entry,
    Extent,
    FailureReport,
    PromptFacts,
    RehearseReport,
    TryReport,
)
from apps.dispatch import places
from apps.dispatch.models import Inquiry, Site
from apps.engagements.models import Engagement, MemberRole
from apps.pilots.models import Evaluation
from tests.connectors.conftest import report
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.acting import ActedSite, acted, dispatch
from tests.factories.endpoints import make_endpoint
from tests.factories.runs import make_evaluation

from .calling import Program, is_problem, program
from .test_nouns_runs import written

__all__ = ["acted"]  # the fixture
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of the test's own."""
    monkeypatch.setattr(settings, "HOME", tmp_path)


@pytest.fixture
def evaluation(db: None) -> Evaluation:
    return make_evaluation()


@pytest.fixture
def engagement(evaluation: Evaluation) -> Engagement:
    return evaluation.engagement


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


@pytest.fixture
def onlookers(engagement: Engagement) -> list[Program]:
    """A client viewer, a viewer of the house, and a token of the engagement."""
    theirs = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    return [program(theirs), program(make_member(engagement, MemberRole.VIEWER).user), program(engagement)]


def of(engagement: Engagement, noun: str) -> str:
    return f"engagements/{engagement.pk}/{noun}/"


def asked(response: Any) -> tuple[Any, str]:
    """The body of what is answered later, and the address to ask again."""
    assert response.status_code == 202, response.content
    return response.json(), response["Location"]


def told(site: ActedSite, body: Any) -> None:
    dispatch()
    assert site.report(site.orders[-1], body) == "accepted"


def test_what_lies_at_the_site_is_looked_at_and_becomes_a_source(
    job: Program, lead: User, engagement: Engagement, acted: ActedSite
) -> None:
    body, again = asked(job.post(of(engagement, "looks"), {"path": "/srv"}))
    assert again == f"/api/v1/looks/{body['id']}/"
    assert (body["state"], body["path"], body["dsn"], body["entries"], body["more"]) == (
        "waiting", "/srv", None, [], False,
    )  # fmt: skip
    assert (body["asked_by"]["id"], body["site"]) == (str(lead.pk), "acted")
    tag = job.get(again)["ETag"]
    there = (Entry(name="old.csv", kind="folder"), Entry(name="rows.csv", kind="file", size=12))
    told(acted, BrowseReport(entries=(*there, Entry(name="x.exe", kind="file", size=3)), more=True))
    seen = job.get(again, If_None_Match=tag).json()
    assert (seen["state"], seen["more"], seen["trouble"]) == ("answered", True, None)
    folder, rows, other = seen["entries"]
    assert (folder["path"], folder["source"], other["source"]) == ("/srv/old.csv", None, None)
    assert (rows["size"], rows["source"]) == (12, {"path": "/srv/rows.csv", "kind": "csv"})
    assert job.post(of(engagement, "sources"), rows["source"]).json()["kind"] == "csv"
    assert "entries" not in job.get("looks/").json()["results"][0]
    assert Event.objects.filter(verb="asked", actor=lead).exists()


def test_tables_are_looked_at_by_a_reference_to_a_login(
    job: Program, engagement: Engagement, acted: ActedSite
) -> None:
    path = of(engagement, "looks")
    _, again = asked(job.post(path, {"dsn": "secret:warehouse"}))
    told(acted, BrowseReport(entries=(Entry(name="letters", kind="table", rows=9),)))
    (table,) = job.get(again).json()["entries"]
    assert (table["rows"], table["path"]) == (9, None)
    assert table["source"] == {"kind": "postgres", "dsn": "secret:warehouse", "table": "letters"}
    body, again = asked(job.post(path, {}))
    assert body["path"].endswith(engagement.client.slug), "the client's own folder, where a site serves all"
    told(acted, FailureReport(code="source_not_found", stage="browse", facts={"line": 7}))
    failed = job.get(again).json()
    assert (failed["state"], failed["trouble"]["code"], failed["trouble"]["facts"]) == (
        "failed", "source_not_found", {"Line": "7"},
    )  # fmt: skip
    for wrong, field in (
        ({"path": "/srv", "dsn": "secret:x"}, "dsn"),
        ({"dsn": "postgresql://user:password@host/base"}, "dsn"),
        ({"path": f"{places.data()}/somebody"}, "path"),
        ({"folder": "/srv"}, "folder"),
    ):
        assert is_problem(job.post(path, wrong), 422)["errors"][0]["field"] == field, wrong
    assert Inquiry.objects.count() == 2


def test_nobody_else_looks_or_sees_what_was_seen(
    job: Program, lead: User, engagement: Engagement, acted: ActedSite, onlookers: list[Program]
) -> None:
    body, again = asked(job.post(of(engagement, "looks"), {"path": "/srv"}))
    client, viewer, token = onlookers
    is_problem(client.get(again), 403)
    is_problem(viewer.get(again), 404)
    assert token.get(again).json()["id"] == body["id"]
    is_problem(viewer.post(of(engagement, "looks"), {}), 403)
    is_problem(token.post(of(engagement, "looks"), {}), 409, "needs_person")
    elsewhere = make_member(make_engagement(), user=lead).engagement
    is_problem(program(lead, limited_to=elsewhere).get(again), 404)
    is_problem(program(make_user()).get(again), 404)
    is_problem(program(make_user()).post(of(engagement, "looks"), {}), 404)
    is_problem(program(lead, "data:read").post(of(engagement, "looks"), {}), 403, "out_of_scope")
    assert Inquiry.objects.count() == 1


def test_a_test_says_what_it_has_shown_and_its_first_rows_need_more_than_data_read(
    job: Program, lead: User, engagement: Engagement, acted: ActedSite, onlookers: list[Program]
) -> None:
    made = job.post(of(engagement, "sources"), {"path": "/srv/messages.csv"}).json()
    assert (made["read"], made["tested"]["state"]) == (None, "never")
    path = f"sources/{made['id']}/"
    body, again = asked(job.post(f"{path}test/", {"level": "redacted"}))
    assert (again, body["waiting"], body["tested"]["steps"][0]["state"]) == (
        f"/api/v1/{path}",
        True,
        "running",
    )
    told(acted, report("text", "label", level="redacted", rows=[["[EMAIL] writes", "a"]]))
    seen = job.get(again).json()
    assert (seen["waiting"], [step["state"] for step in seen["tested"]["steps"]]) == (False, ["done"] * 3)
    assert seen["read"] == {"level": "redacted", "read": 10, "whole": True, "most_distinct": 1000}
    assert "[EMAIL]" not in json.dumps(seen)
    rows = job.get(f"{path}first-rows/").json()
    assert (rows["level"], rows["columns"], rows["rows"]) == (
        "redacted", ["text", "label"], [["[EMAIL] writes", "a"]],
    )  # fmt: skip
    is_problem(program(lead, "data:read").get(f"{path}first-rows/"), 403, "out_of_scope")
    is_problem(onlookers[0].get(f"{path}first-rows/"), 403)
    is_problem(program(make_user()).get(f"{path}first-rows/"), 404)
    asked(job.post(f"{path}test/", {}))
    told(acted, FailureReport(code="source_ragged", stage="preview", facts={"line": 7}))
    failed = job.get(path).json()["tested"]
    assert (failed["steps"][-1]["state"], failed["facts"], failed["advice"] != "") == (
        "failed",
        {"Line": "7"},
        True,
    )
    assert job.get(f"{path}first-rows/").json() == {
        "level": None,
        "answered_at": None,
        "columns": [],
        "rows": [],
    }


def upload(
    job: Program, engagement: Engagement, content: bytes = b"text,label\nhello,a\n", **more: Any
) -> Any:
    file = SimpleUploadedFile(more.pop("name", "my cases.csv"), content)
    key = {"Idempotency-Key": more.pop("key")} if "key" in more else {}
    address = f"/api/v1/{of(engagement, 'sources')}upload/"
    return job.client.post(address, {"file": file, **more}, headers={**job.headers, **key})


def test_a_file_is_put_where_this_machines_site_reads_it(
    job: Program, lead: User, engagement: Engagement, acted: ActedSite, onlookers: list[Program],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    is_problem(upload(job, engagement), 422)  # this site is elsewhere
    monkeypatch.setattr(places, "is_here", lambda site: True)
    for _ in range(2):
        made = upload(job, engagement, key="k")
    body = made.json()
    assert (made.status_code, made["Idempotency-Replayed"]) == (201, "true")
    assert made["Location"] == f"/api/v1/sources/{body['id']}/"
    kept = places.data() / engagement.client.slug / "my-cases.csv"
    assert (body["address"]["path"], body["waiting"], kept.read_bytes()) == (
        str(kept), True, b"text,label\nhello,a\n",
    )  # fmt: skip
    assert Event.objects.filter(verb="added", actor=lead, data__has_key="via").exists()
    assert [answer.status_code for answer in (upload(one, engagement) for one in onlookers)] == [
        403,
        403,
        409,
    ]
    is_problem(upload(program(make_user()), engagement), 404)
    is_problem(upload(program(lead, "data:read"), engagement), 403, "out_of_scope")
    assert is_problem(upload(job, engagement, b"%PDF-1.7"), 422)["errors"][0]["field"] == "file"
    assert is_problem(upload(job, engagement, leaves="true"), 422)["errors"][0]["field"] == "leaves"
    is_problem(job.post(f"{of(engagement, 'sources')}upload/", {"file": "x"}), 415)
    monkeypatch.setattr(contents, "LARGEST", 1_000)
    is_problem(upload(job, engagement, b"text\n" + b"x\n" * 100_000), 413, "too_large")
    assert Source.objects.filter(engagement=engagement, address__path=str(kept)).count() == 1
    assert len(list(kept.parent.iterdir())) == 1


def test_an_endpoint_is_tried_from_its_clients_site(
    job: Program, lead: User, engagement: Engagement, acted: ActedSite
) -> None:
    endpoint = make_endpoint(client=engagement.client, api_key="secret:llm-key")
    path = f"endpoints/{endpoint.pk}/"
    assert (job.get(path).json()["trial"]["state"], job.get(path).json()["figures"]) == ("never", None)
    body, again = asked(job.post(f"{path}try/"))
    assert (again, body["waiting"], body["trial"]["state"], body["trial"]["site"]) == (
        f"/api/v1/{path}", True, "waiting", "acted",
    )  # fmt: skip
    told(
        acted, TryReport(answer="ok", http=200, latency_ms=81.5, input_tokens=9, output_tokens=1, model="m-1")
    )
    seen = job.get(again).json()
    assert (seen["waiting"], seen["outcome"], seen["trial"]["good"]) == (False, "ok", True)
    assert (seen["figures"]["http"], seen["figures"]["latency_ms"], seen["figures"]["cause"]) == (
        200,
        81.5,
        None,
    )
    asked(job.post(f"{path}try/", {"client": str(engagement.client_id)}))
    told(acted, FailureReport(code="secret_missing", stage="try", facts={"reference": "secret:llm-key"}))
    missing = job.get(path).json()["trial"]
    assert (missing["good"], "llm-key" in missing["command"]) == (False, True)
    assert Event.objects.filter(verb="tried", actor=lead).count() == 2
    is_problem(job.post(f"{path}try/", {"client": str(make_client().pk)}), 422)
    job.post(f"{path}retire/")
    is_problem(job.post(f"{path}try/"), 409, "retired")


def test_who_may_have_an_endpoint_tried_and_where(
    job: Program, lead: User, engagement: Engagement, acted: ActedSite, onlookers: list[Program]
) -> None:
    own, for_all = make_endpoint(client=engagement.client), make_endpoint()
    foreign = make_endpoint(client=make_client())
    for asker in (*onlookers, program(lead, limited_to=engagement), program(lead, "endpoints:read")):
        is_problem(asker.post(f"endpoints/{own.pk}/try/"), 403)
    is_problem(job.post(f"endpoints/{foreign.pk}/try/"), 404)
    for client in (None, str(foreign.client_id)):
        problem = is_problem(job.post(f"endpoints/{for_all.pk}/try/", {"client": client}), 422)
        assert problem["errors"][0]["field"] == "client"
    assert not Inquiry.objects.exists()
    asked(job.post(f"endpoints/{for_all.pk}/try/", {"client": str(engagement.client_id)}))
    manager = program(make_user(Role.MANAGER))
    assert asked(manager.post(f"endpoints/{for_all.pk}/try/"))[0]["trial"]["site"] == "acted"


def rehearsed(text: str | None = None) -> RehearseReport:
    prompt = PromptFacts(n=0, key="k", target=0, length=40, fields={"text": 17}, text=text)
    extent = Extent(rows=500, digest="d", source_rows=3080, warnings=("few",))
    return RehearseReport(level="redacted" if text else "scores", extent=extent, prompts=(prompt,))


def test_a_version_and_a_spec_that_is_not_written_are_rehearsed(
    job: Program, engagement: Engagement, evaluation: Evaluation, acted: ActedSite
) -> None:
    body, again = asked(job.post(f"evaluations/{evaluation.pk}/rehearse/"))
    assert again == f"/api/v1/rehearsals/{body['id']}/"
    assert (body["state"], body["drawn"]) == ("waiting", None)
    told(acted, rehearsed())
    drawn = job.get(again).json()["drawn"]
    assert {name: drawn[name] for name in ("level", "rows", "source_rows", "warnings")} == {
        "level": "scores", "rows": 500, "source_rows": 3080, "warnings": ["few"],
    }  # fmt: skip
    (prompt,) = drawn["prompts"]
    assert (prompt["n"], prompt["length"], prompt["lengths"], prompt["text"]) == (0, 40, {"text": 17}, None)
    _, again = asked(job.post(of(engagement, "rehearsals"), {"spec": written()}))
    assert acted.site.plans.count() == 2
    told(acted, rehearsed("Which department?"))
    (prompt,) = job.get(again).json()["drawn"]["prompts"]
    assert (prompt["target"], prompt["text"]) == ("old", "Which department?")
    assert Evaluation.objects.count() == 1
    listed = job.get(of(engagement, "rehearsals")).json()["results"]
    assert [one["state"] for one in listed] == ["answered", "answered"]
    assert "drawn" not in listed[0]


def test_a_dry_run_names_no_file_that_a_version_could_not(
    job: Program, engagement: Engagement, acted: ActedSite
) -> None:
    others = f"{places.data()}/somebody/rows.csv"
    source = {"source": {"kind": "csv", "path": others}, "input": ["text"], "reference": "label"}
    login = {"source": {"kind": "postgres", "dsn": f"file:{others}", "table": "t"}, "input": ["text"]}
    key = [{"name": "m", "kind": "openai", "base_url": "https://llm.example/v1", "model": "m",
            "api_key": f"file:{others}"}]  # fmt: skip
    path = of(engagement, "rehearsals")
    for wrong in (
        {"dataset": source},
        {"dataset": {**login, "reference": "label"}},
        {"targets": key, "prompt": "{{ text }}", "criteria": []},
    ):
        problem = is_problem(job.post(path, {"spec": written(**wrong)}), 422)
        assert problem["errors"][0]["code"] == "path_foreign", wrong
    wrong = written(targets=[{"name": "old", "kind": "recordd"}])
    assert is_problem(job.post(path, {"spec": wrong}), 422, "spec")["errors"]
    assert is_problem(job.post(path, {}), 422)["errors"][0]["field"] == "spec"
    elsewhere = make_evaluation(client="Somebody", engagement="else")
    for base in (elsewhere.pk, uuid4()):
        problem = is_problem(job.post(path, {"spec": written(), "base": str(base)}), 422)
        assert problem["errors"][0]["field"] == "base"
    assert not Inquiry.objects.exists()


def test_a_dry_run_is_its_askers_alone(
    job: Program, lead: User, evaluation: Evaluation, acted: ActedSite, onlookers: list[Program]
) -> None:
    path = f"evaluations/{evaluation.pk}/rehearse/"
    for asker, status in zip(onlookers, (403, 403, 409), strict=True):
        is_problem(asker.post(path), status)
    is_problem(program(lead, "runs:read").post(path), 403, "out_of_scope")
    is_problem(program(make_user()).post(path), 404)
    _, again = asked(job.post(path))
    for asker, status in zip(onlookers, (403, 404, 404), strict=True):
        is_problem(asker.get(again), status)
    elsewhere = make_member(make_engagement(), user=lead).engagement
    is_problem(program(lead, limited_to=elsewhere).get(again), 404)
    is_problem(program(make_user(Role.ADMIN)).get(again), 404)
    assert job.get(again).status_code == 200
    assert Inquiry.objects.get().asked_by == lead


def test_without_a_site_nothing_is_asked(
    job: Program, engagement: Engagement, evaluation: Evaluation
) -> None:
    is_problem(job.post(of(engagement, "looks"), {}), 409, "no_site")
    is_problem(job.post(f"evaluations/{evaluation.pk}/rehearse/"), 409, "no_site")
    Site.objects.create(name="theirs", client=engagement.client)
    assert asked(job.post(f"evaluations/{evaluation.pk}/rehearse/"))[0]["state"] == "away"
