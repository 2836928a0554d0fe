"""Evaluations and runs, over the API: written as code, started, looked at, and nobody else's."""

import json
from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, MemberRole
from apps.pilots import spec
from apps.pilots.models import Evaluation, Judgement, Metric, Result, Run, RunNote, RunTarget
from apps.scoping.services import measure
from tests.factories import make_engagement, make_member, make_user
from tests.factories.acting import ActedSite, acted
from tests.factories.runs import make_evaluation, make_run

from .calling import Program, is_problem, program

__all__ = ["acted"]  # the fixture
pytestmark = pytest.mark.django_db


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
def viewer(engagement: Engagement) -> Program:
    return program(make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user)


def written(**changes: Any) -> dict[str, Any]:
    """A spec that goes without a client and an engagement."""
    return {
        "dataset": {
            "source": {"kind": "csv", "path": "/srv/rows.csv"},
            "input": ["text"],
            "reference": "label",
        },
        "targets": [{"name": "old", "kind": "recorded", "column": "answer"}],
        "scorers": ["exact"],
        "criteria": [{"target": "old", "metric": "exact", "at_least": 0.9}],
        **changes,
    }


def finished(evaluation: Evaluation, **fields: Any) -> Run:
    """A run that is over, with a metric in whole and by slice, one of them withheld."""
    run = make_run(
        evaluation=evaluation, targets=1, **{"state": "done", "level": "scores", "rows": 3, **fields}
    )
    target = run.targets.get()
    for slice_, suppressed in (("", False), ("channel=mail", True)):
        Metric.objects.create(
            target=target, name="error_rate", slice=slice_, value=0.25, low=0.1, high=0.5, n=12,
            suppressed=suppressed,
        )  # fmt: skip
    return run


def add(job: Program, engagement: Engagement, said: Any, name: str = "mail", **more: Any) -> Any:
    return job.post(f"engagements/{engagement.pk}/evaluations/", {"name": name, "spec": said, **more})


def test_an_evaluation_is_written_as_json_and_as_yaml(job: Program, engagement: Engagement) -> None:
    made = add(job, engagement, written())
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["version"], body["run_count"], body["last_state"]) == ("mail", 1, 0, None)
    assert body["spec"]["targets"][0]["column"] == "answer"
    again = add(job, engagement, body["yaml"]).json()
    assert (again["id"], again["version"]) == (body["id"], 1)
    assert spec.from_data(again["spec"]) == spec.parse(again["yaml"])
    second = add(job, engagement, written(scorers=["contains"], criteria=[])).json()
    assert second["version"] == 2
    path = f"engagements/{engagement.pk}/evaluations/?name=mail"
    assert [one["version"] for one in job.get(path).json()["results"]] == [2]
    assert len(job.get(f"{path}&latest=false").json()["results"]) == 2
    assert "spec" not in job.get(path).json()["results"][0]
    is_problem(add(job, engagement, written(criteria=[]), seen=1), 409, "stale")


def test_everything_that_is_wrong_with_a_spec_is_told_by_its_path(
    job: Program, engagement: Engagement
) -> None:
    wrong = written(targets=[{"name": "old", "kind": "recordd", "column": "answer"}], privacy="all")
    problem = is_problem(add(job, engagement, wrong), 422, "spec")
    assert {"spec.targets[0].kind", "spec.privacy"} <= {error["field"] for error in problem["errors"]}
    text = f"client: {engagement.client.name}\nengagement: {engagement.name}\ndataset: 3\nnonsense: 1\n"
    problem = is_problem(add(job, engagement, text), 422, "spec")
    lines = {error["field"]: error["line"] for error in problem["errors"] if "line" in error}
    assert (lines["spec.dataset"], lines["spec.nonsense"]) == (3, 4)
    for said in (3, "", [], None):
        is_problem(add(job, engagement, said), 422)
    assert Evaluation.objects.count() == 1


def test_a_spec_of_elsewhere_or_without_a_folder_is_refused(job: Program, engagement: Engagement) -> None:
    is_problem(add(job, engagement, written(client="Somebody", engagement="else")), 422)
    relative = {"source": {"kind": "csv", "path": "rows.csv"}, "input": ["text"], "reference": "label"}
    assert "relative" in is_problem(add(job, engagement, written(dataset=relative)), 422)["detail"]
    is_problem(add(job, make_engagement(), written()), 404)


def test_an_engagements_token_reads_and_starts_but_names_no_files(
    engagement: Engagement, evaluation: Evaluation, acted: ActedSite
) -> None:
    token = program(engagement)
    assert token.get(f"evaluations/{evaluation.pk}/").json()["spec"]
    is_problem(add(token, engagement, written()), 409, "needs_person")
    started = token.post(f"evaluations/{evaluation.pk}/run/", {"label": "nightly"})
    assert (started.status_code, started.json()["started_by"]) == (201, None)
    assert started.json()["label"] == "nightly"


def test_a_run_is_started_once_watched_cancelled_resumed_and_labelled(
    job: Program, lead: User, evaluation: Evaluation, acted: ActedSite
) -> None:
    path = f"evaluations/{evaluation.pk}/run/"
    for _ in range(2):
        started = job.post(path, Idempotency_Key="k")
    body = started.json()
    assert started["Location"] == f"/api/v1/runs/{body['id']}/"
    assert (body["state"], body["number"], body["verdict"]) == ("queued", 1, None)
    assert body["started_by"] == {"id": str(lead.pk), "name": lead.name}
    assert (body["progress"]["done"], body["progress"]["total"], body["targets"][0]["metrics"]) == (
        0,
        None,
        [],
    )
    assert Run.objects.count() == 1
    run = f"runs/{body['id']}/"
    is_problem(job.post(f"{run}resume/"), 409, "not_resumable")
    cancelled = job.post(f"{run}cancel/").json()
    assert (cancelled["state"], cancelled["trouble"]["text"] != "") == ("cancelled", True)
    is_problem(job.post(f"{run}cancel/"), 409, "not_open")
    assert job.post(f"{run}resume/").json()["state"] == "queued"
    assert job.post(f"{run}label/", {"label": "baseline of May"}).json()["label"] == "baseline of May"
    is_problem(job.post(f"{run}label/", {"label": "x" * 61}), 422)
    listed = job.get("runs/?state=queued").json()["results"][0]
    assert (listed["id"], "targets" in listed) == (body["id"], False)
    assert job.get(f"evaluations/{evaluation.pk}/").json()["last_state"] == "queued"


def test_without_a_site_that_knows_its_key_no_run_starts(job: Program, evaluation: Evaluation) -> None:
    is_problem(job.post(f"evaluations/{evaluation.pk}/run/"), 409, "no_site")
    assert not Run.objects.exists()


def test_a_finished_run_is_given_as_its_page_shows_it(job: Program, evaluation: Evaluation) -> None:
    run = finished(evaluation)
    body = job.get(f"runs/{run.pk}/").json()
    (target,) = body["targets"]
    (whole,) = target["metrics"]
    assert {name: whole[name] for name in ("metric", "value", "low", "high", "n", "unit", "suppressed")} == {
        "metric": "error_rate", "value": 0.25, "low": 0.1, "high": 0.5, "n": 12, "unit": "share",
        "suppressed": False,
    }  # fmt: skip
    assert "Wilson" in whole["source"]
    assert target["slices"] == []
    assert (target["cost"], body["trouble"], body["criteria"]) == (None, None, [])
    assert job.get(f"runs/{run.pk}/?fields=state,verdict").json() == {"state": "done", "verdict": None}


def test_a_group_that_is_withheld_tells_no_figure(job: Program, evaluation: Evaluation) -> None:
    evaluation.spec = spec.to_data(spec.from_data({**evaluation.spec, **scored()}))
    evaluation.save()
    run = finished(evaluation)
    Metric.objects.update(name="exact")
    (withheld,) = job.get(f"runs/{run.pk}/").json()["targets"][0]["slices"]
    assert (withheld["slice"], withheld["suppressed"]) == ("channel=mail", True)
    assert [withheld[name] for name in ("value", "low", "high", "n")] == [None] * 4


def scored() -> dict[str, Any]:
    """A spec's dataset with a reference, and a scorer."""
    source = {"kind": "csv", "path": "/srv/rows.csv"}
    return {"dataset": {"source": source, "input": ["text"], "reference": "label"}, "scorers": ["exact"]}


def test_a_judgement_comes_with_what_it_rests_on(
    job: Program, viewer: Program, engagement: Engagement
) -> None:
    made = add(job, engagement, written()).json()
    binding = Evaluation.objects.get(pk=made["id"]).bindings.get()
    run = finished(binding.evaluation, verdict="met")
    measured = measure(
        by=None, criterion=binding.criterion, value=0.95, low=0.92, high=0.97, n=300, source="run",
        source_id=run.pk, subject="old", at=run.created_at,
    )  # fmt: skip
    Judgement.objects.create(
        run=run, binding=binding, measurement=measured, metric="exact", direction="at_least", threshold=0.9,
        verdict="met", reason="The interval passes.",
    )  # fmt: skip
    for asker in (job, viewer):
        (judged,) = asker.get(f"runs/{run.pk}/").json()["criteria"]
        numbers = [judged[name] for name in ("verdict", "value", "low", "high", "n", "threshold", "target")]
        assert numbers == ["met", 0.95, 0.92, 0.97, 300, 0.9, "old"]
        assert judged["criterion"] == str(binding.criterion_id)
    binding.criterion.client_visible = False
    binding.criterion.save()
    assert viewer.get(f"runs/{run.pk}/").json()["criteria"][0]["criterion"] is None


def test_samples_are_paged_and_told_as_far_as_they_left(
    job: Program, viewer: Program, evaluation: Evaluation
) -> None:
    run = finished(evaluation)
    plain = {"run": run, "target": 0, "scores": [], "slices": ["mail"], "input": "secret text", "answer": "a"}
    for n in range(3):
        Result.objects.create(n=n, key=f"k{n}", kind="timeout" if n == 2 else "ok", **plain)
    path = f"runs/{run.pk}/results/"
    page = job.get(f"{path}?limit=2").json()
    assert ([one["n"] for one in page["results"]], page["level"]) == ([0, 1], "scores")
    assert {one["input"] for one in page["results"]} == {None}, "below redacted no text is told"
    rest = job.get(f"{path}?limit=2&cursor={page['next_cursor']}").json()
    assert ([one["n"] for one in rest["results"]], rest["next_cursor"]) == ([2], None)
    assert [one["n"] for one in job.get(f"{path}?kind=timeout").json()["results"]] == [2]
    Run.objects.update(level="redacted")
    assert job.get(path).json()["results"][0]["input"] == "secret text"
    for query in ("target=7", "cursor=x", "limit=0", "limit=501", "nonsense=1"):
        is_problem(job.get(f"{path}?{query}"), 422, "fields")
    is_problem(viewer.get(path), 403)
    is_problem(job.get(f"runs/{uuid4()}/results/"), 404)


def test_notes_are_written_in_ones_own_name_and_are_not_the_clients(
    job: Program, viewer: Program, evaluation: Evaluation
) -> None:
    run = finished(evaluation)
    path, note = f"engagements/{evaluation.engagement_id}/run-notes/", {"run": str(run.pk), "text": "Odd."}
    is_problem(program(evaluation.engagement).post(path, note), 409, "needs_person")
    made = job.post(path, note).json()
    assert job.get(f"runs/{run.pk}/").json()["note_count"] == 1
    changed = job.patch(f"run-notes/{made['id']}/", {"text": "Odder."}, If_Match='"1"').json()
    assert (changed["text"], changed["edited_at"] is None) == ("Odder.", False)
    other = program(make_member(evaluation.engagement).user)
    is_problem(other.patch(f"run-notes/{made['id']}/", {"text": "Mine", "version": 2}), 409, "not_own")
    is_problem(other.send("DELETE", f"run-notes/{made['id']}/"), 409, "not_own")
    is_problem(viewer.get("run-notes/"), 403)
    assert viewer.get(f"runs/{run.pk}/").json()["note_count"] is None
    is_problem(job.post(path, {**note, "run": str(make_run(evaluation=foreign()).pk)}), 422)
    assert job.send("DELETE", f"run-notes/{made['id']}/").status_code == 204
    assert not RunNote.objects.exists()


def test_what_a_version_changed(job: Program, viewer: Program, engagement: Engagement) -> None:
    ids = [
        add(job, engagement, written(scorers=scorers, criteria=[])).json()["id"]
        for scorers in (["exact"], ["contains"], ["contains", "exact"])
    ]
    assert job.get(f"evaluations/{ids[0]}/differences/").json() == {"changed": [], "same": [], "since": None}
    last = f"evaluations/{ids[2]}/differences/"
    told = job.get(last).json()
    assert (told["since"]["version"], [one["name"] for one in told["changed"]]) == (2, ["scorers"])
    assert (told["changed"][0]["before"], told["changed"][0]["after"]) == ("contains", "contains, exact")
    assert "targets.old.column" in {one["name"] for one in told["same"]}
    assert job.get(f"{last}?since=1").json()["since"]["id"] == ids[0]
    assert job.get(f"evaluations/{ids[0]}/differences/?since=3").json()["changed"][0]["after"] == "exact"
    for wrong in ("since=3", "since=9", "since=x", "since=0"):
        assert is_problem(job.get(f"{last}?{wrong}"), 422)["errors"][0]["field"] == "since"
    is_problem(viewer.get(last), 403)
    is_problem(job.get(f"evaluations/{foreign().pk}/differences/"), 404)


def test_runs_are_found_by_words(job: Program, evaluation: Evaluation) -> None:
    run = finished(evaluation, label="baseline of May")
    finished(evaluation, number=2)
    assert [one["id"] for one in job.get("runs/?q=may baseline").json()["results"]] == [str(run.pk)]
    assert job.get("runs/?q=nothing").json()["results"] == []
    dataset = f"evaluations/?dataset={evaluation.dataset_id}"
    assert [one["id"] for one in job.get(dataset).json()["results"]] == [str(evaluation.pk)]


def foreign() -> Evaluation:
    return make_evaluation(client="Somebody", engagement="else")


def test_a_client_viewer_sees_runs_and_changes_none(viewer: Program, evaluation: Evaluation) -> None:
    run = finished(evaluation)
    RunTarget.objects.update(kind="openai", cost=1.5)
    seen = viewer.get(f"runs/{run.pk}/").json()
    assert (seen["state"], seen["targets"][0]["cost"]) == ("done", 1.5)
    shown = viewer.get(f"evaluations/{evaluation.pk}/").json()
    assert (shown["spec"], shown["yaml"]) == (None, None)
    for path in (f"evaluations/{evaluation.pk}/run/", f"runs/{run.pk}/cancel/", f"runs/{run.pk}/resume/"):
        is_problem(viewer.post(path), 403)
    is_problem(add(viewer, evaluation.engagement, written()), 403)
    assert Run.objects.count() == 1


def test_nobody_elses_runs(job: Program, lead: User) -> None:
    theirs = foreign()
    run = finished(theirs)
    assert job.get("runs/").json()["results"] == []
    for path in (f"evaluations/{theirs.pk}/", f"runs/{run.pk}/", f"runs/{run.pk}/results/"):
        is_problem(job.get(path), 404)
    for path in (f"evaluations/{theirs.pk}/run/", f"runs/{run.pk}/label/", f"runs/{run.pk}/cancel/"):
        is_problem(job.post(path, {}), 404)
    assert json.dumps(job.get("evaluations/").json()).count(str(theirs.pk)) == 0
