"""Where rows lie and which models are called, over the API; never a row, never a key."""

from uuid import uuid4

import pytest

from apps.accounts.models import Role, User
from apps.catalog.models import Endpoint
from apps.connectors.models import Dataset, Snapshot, Source
from apps.connectors.rules.roles import roles_of
from apps.dispatch import places
from apps.dispatch.models import Inquiry, Site
from apps.engagements.models import Engagement, MemberRole
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.acting import ActedSite, acted
from tests.factories.endpoints import make_endpoint
from tests.factories.runs import make_evaluation

from .calling import Program, is_problem, program

__all__ = ["acted"]  # the fixture
pytestmark = pytest.mark.django_db
KEY = "sk-ant-0123456789abcdef0123456789"


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


@pytest.fixture
def viewer(engagement: Engagement) -> Program:
    return program(make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user)


def of(engagement: Engagement, noun: str) -> str:
    return f"engagements/{engagement.pk}/{noun}/"


def test_sources_are_files_and_databases(job: Program, engagement: Engagement) -> None:
    path = of(engagement, "sources")
    made = job.post(path, {"path": "/srv/messages.csv"}).json()
    assert (made["name"], made["kind"], made["address"]) == (
        "messages.csv", "csv", {"kind": "csv", "path": "/srv/messages.csv"},
    )  # fmt: skip
    assert (made["columns"], made["waiting"], made["dataset_count"]) == ([], False, 0)
    base = job.post(path, {"dsn": "secret:warehouse", "table": "messages", "name": "warehouse"}).json()
    assert (base["kind"], base["address"]["dsn"]) == ("postgres", "secret:warehouse")
    for wrong in (
        {},
        {"path": "/srv/data"},
        {"path": "/srv/x.csv", "table": "messages"},
        {"dsn": "postgresql://user:password@host/base", "table": "t"},
        {"dsn": "secret:warehouse"},
        {"path": "/srv/x.csv", "kind": "folder"},
    ):
        is_problem(job.post(path, wrong), 422)
    one = f"sources/{made['id']}/"
    assert job.patch(one, {"name": "letters", "version": 1}).json()["address"]["path"] == "/srv/messages.csv"
    assert (
        job.patch(one, {"path": "/srv/letters.jsonl", "kind": "jsonl", "version": 2}).json()["kind"]
        == "jsonl"
    )
    is_problem(job.patch(one, {"name": "late", "version": 1}), 409, "stale")
    assert job.send("DELETE", one).status_code == 204


def test_nobody_names_a_file_of_another_client_on_this_machine(job: Program, engagement: Engagement) -> None:
    path, others = of(engagement, "sources"), f"{places.data()}/somebody/rows.csv"
    problem = is_problem(job.post(path, {"path": others}), 422)
    assert problem["errors"][0]["code"] == "path_foreign"
    is_problem(program(engagement).post(path, {"path": others}), 409, "needs_person")
    own = job.post(path, {"path": f"{places.data()}/{engagement.client.slug}/rows.csv"}).json()
    token = program(engagement)
    is_problem(token.patch(f"sources/{own['id']}/", {"path": others, "version": 1}), 409, "needs_person")
    assert Source.objects.count() == 1


def test_a_source_is_tested_by_the_site(job: Program, engagement: Engagement, acted: ActedSite) -> None:
    made = job.post(of(engagement, "sources"), {"path": "/srv/messages.csv"}).json()
    path = f"sources/{made['id']}/"
    assert job.post(f"{path}test/", {"level": "aggregate"}).json()["waiting"] is True
    is_problem(job.post(f"{path}test/", {"level": "everything"}), 422)
    assert [one["id"] for one in job.get("sources/?waiting=true").json()["results"]] == [made["id"]]
    assert Inquiry.objects.count() == 1


def test_a_dataset_says_what_columns_are_for(job: Program, engagement: Engagement) -> None:
    source = job.post(of(engagement, "sources"), {"path": "/srv/messages.csv"}).json()
    path, sent = of(engagement, "datasets"), {"source": source["id"], "name": "May", "input": ["text"]}
    filled = {"column": "label", "operator": "filled"}
    made = job.post(path, {**sent, "sample": {"size": 50}, "filter": [filled], "reference": "label"}).json()
    assert (made["input"], made["reference"], made["sample"], made["frozen"]) == (
        ["text"], "label", {"size": 50, "seed": 0}, False,
    )  # fmt: skip
    assert made["filter"] == [{**filled, "values": []}]
    one = f"datasets/{made['id']}/"
    assert job.patch(one, {"slices": ["channel"], "version": 1}).json()["slices"] == ["channel"]
    for wrong in (
        {"input": []},
        {"input": ["text", "text"]},
        {"sample": {"size": 0}},
        {"filter": [{"column": "n", "operator": "at_least", "values": ["many"]}]},
        {"source": str(uuid4())},
        {"source": str(make_evaluation().dataset.source_id)},
    ):
        assert job.post(path, {**sent, "name": "other", **wrong}).status_code in {409, 422}, wrong
    assert Dataset.objects.filter(source__engagement=engagement).count() == 1
    is_problem(job.send("DELETE", f"sources/{source['id']}/"), 409, "in_use")
    assert job.send("DELETE", one).status_code == 204


def test_what_an_evaluation_uses_stays(lead: User) -> None:
    evaluation = make_evaluation()
    dataset = evaluation.dataset
    Dataset.objects.filter(pk=dataset.pk).update(roles=roles_of(dataset.as_plan()))
    make_member(evaluation.engagement, MemberRole.LEAD, user=lead)
    job, path = program(lead), f"datasets/{evaluation.dataset_id}/"
    assert job.get(path).json()["frozen"] is True
    is_problem(job.patch(path, {"input": ["other"], "version": 1}), 409, "frozen")
    assert job.patch(path, {"name": "other", "version": 1}).json()["name"] == "other"
    is_problem(job.send("DELETE", path), 409, "frozen")
    site = Site.objects.create(name="there", client=evaluation.engagement.client)
    Snapshot.objects.create(
        dataset=evaluation.dataset, site=site, digest="d" * 64, rows=3, source_rows=9, warnings=["few"]
    )
    (given,) = job.get(f"snapshots/?dataset={evaluation.dataset_id}").json()["results"]
    assert (given["rows"], given["source_rows"], given["site"], given["warnings"]) == (3, 9, "there", ["few"])


def test_client_viewers_see_no_data_no_endpoint_and_no_site(viewer: Program, engagement: Engagement) -> None:
    for noun in ("sources", "datasets", "snapshots"):
        is_problem(viewer.get(f"{noun}/"), 403)
        is_problem(viewer.get(of(engagement, noun)), 403)
    for noun in ("endpoints", "sites", "health", "saved-views"):
        is_problem(viewer.get(f"{noun}/"), 403)


def test_endpoints_are_kept_retired_and_restored(job: Program, engagement: Engagement) -> None:
    sent = {
        "name": "House model",
        "base_url": "https://llm.example/v1",
        "model": "m",
        "api_key": "secret:llm-key",
        "client": str(engagement.client_id),
        "price_input": "0.1",
    }
    made = job.post("endpoints/", sent)
    body = made.json()
    assert (body["client"]["name"], body["api_key"], body["price_input"], body["price_output"]) == (
        engagement.client.name, "secret:llm-key", 0.1, None,
    )  # fmt: skip
    path = f"endpoints/{body['id']}/"
    is_problem(job.post("endpoints/", sent), 422)
    assert job.patch(path, {"params": {"temperature": 0}}, If_Match=made["ETag"]).json()["version"] == 2
    assert job.post(f"{path}retire/").json()["retired_at"]
    assert job.get("endpoints/").json()["results"] == []
    assert len(job.get("endpoints/?retired=true").json()["results"]) == 1
    assert job.post(f"{path}restore/").json()["retired_at"] is None


def test_a_key_is_neither_kept_nor_told_again(job: Program, engagement: Engagement) -> None:
    sent = {
        "name": "n",
        "base_url": "https://llm.example/v1",
        "model": "m",
        "client": str(engagement.client_id),
    }
    for wrong in (
        {"api_key": KEY},
        {"headers": {"Authorization": f"Bearer {KEY}"}},
        {"params": {"api_key": KEY}},
    ):
        answer = job.post("endpoints/", {**sent, **wrong})
        is_problem(answer, 422)
        assert KEY not in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_whose_endpoints_one_sees_and_changes(job: Program, engagement: Engagement, lead: User) -> None:
    own = make_endpoint(client=engagement.client)
    for_all, foreign = make_endpoint(), make_endpoint(client=make_client())
    limited = program(lead, limited_to=engagement)
    for asker in (job, limited, program(engagement)):
        assert {one["id"] for one in asker.get("endpoints/").json()["results"]} == {
            str(own.pk),
            str(for_all.pk),
        }
        is_problem(asker.get(f"endpoints/{foreign.pk}/"), 404)
    is_problem(job.patch(f"endpoints/{for_all.pk}/", {"name": "x", "version": 1}), 403)
    for asker in (limited, program(engagement), program(make_member(engagement, MemberRole.VIEWER).user)):
        is_problem(asker.patch(f"endpoints/{own.pk}/", {"name": "x", "version": 1}), 403)
    new = {"name": "new", "base_url": "https://llm.example/v1", "model": "m"}
    is_problem(job.post("endpoints/", new), 422)
    is_problem(job.post("endpoints/", {**new, "client": str(foreign.client_id)}), 422)
    assert program(make_user(Role.MANAGER)).post("endpoints/", new).json()["client"] is None
    narrowed = program(make_user(Role.ADMIN), limited_to=engagement)
    is_problem(narrowed.get(f"endpoints/{foreign.pk}/"), 404)


def test_sites_tell_how_they_are(job: Program, engagement: Engagement, acted: ActedSite) -> None:
    own = Site.objects.create(name="theirs", client=engagement.client)
    foreign = Site.objects.create(name="foreign", client=make_client())
    for asker in (job, program(engagement)):
        found = {one["name"]: one for one in asker.get("sites/").json()["results"]}
        assert set(found) == {"acted", "theirs"}
        assert (found["acted"]["state"], found["acted"]["level"], found["acted"]["queued"]) == (
            "present",
            "full",
            0,
        )
        assert (found["theirs"]["state"], found["theirs"]["client"]["name"]) == (
            "new",
            engagement.client.name,
        )
        is_problem(asker.get(f"sites/{foreign.pk}/"), 404)
    tag = job.get(f"sites/{own.pk}/")["ETag"]
    Site.objects.filter(pk=own.pk).update(active=False)
    assert job.get(f"sites/{own.pk}/", If_None_Match=tag).json()["state"] == "inactive"
    assert job.post(f"sites/{own.pk}/", {}).status_code == 405
