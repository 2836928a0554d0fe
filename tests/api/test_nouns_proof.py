"""What is to be proven, over the API: use cases with their figures, success criteria, measurements."""

from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.models import Role, User
from apps.core.figures import SPACE
from apps.engagements.models import Engagement, Kind, LogEntry, MemberRole
from apps.scoping.models import Baseline, Measurement, SuccessCriterion, UseCase
from apps.scoping.services import add_baseline, measure, write_criterion, write_use_case
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db
GOAL = {
    "metric": "arrived",
    "direction": "at_least",
    "threshold": 0.9,
    "unit": "share",
    "measured_by": "hand",
}


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


@pytest.fixture
def criterion(engagement: Engagement) -> SuccessCriterion:
    return write_criterion(by=None, engagement=engagement, title="Letters arrive", **GOAL)


@pytest.fixture
def use_case(engagement: Engagement) -> UseCase:
    return write_use_case(by=None, engagement=engagement, title="Sort letters", stated_problem="Takes days")


def of(engagement: Engagement, noun: str) -> str:
    return f"engagements/{engagement.pk}/{noun}/"


def by_hand(job: Program, criterion: SuccessCriterion, **more: Any) -> Any:
    sent = {"value": 0.95, "n": 400, "how": "counted", "link": "https://example.com/list", **more}
    return job.post(f"criteria/{criterion.pk}/measure/", sent)


def test_a_criterion_is_given_with_what_decides_and_what_was_measured_last(
    job: Program, lead: User, criterion: SuccessCriterion
) -> None:
    before = job.get(f"criteria/{criterion.pk}/")
    body = before.json()
    assert {name: body[name] for name in ("reference", "state", "goal", "missing", "verdict", "latest")} == {
        "reference": "C-1",
        "state": "stated",
        "goal": f"at least 90{SPACE}%",
        "missing": [],
        "verdict": None,
        "latest": [],
    }
    measured = by_hand(job, criterion).json()
    (latest,) = measured["latest"]
    assert (measured["verdict"], latest["value"], latest["n"], latest["unit"]) == ("met", 0.95, 400, "share")
    assert 0.9 < latest["low"] < 0.95 < latest["high"] < 1
    assert (latest["came_from"], latest["by"]["id"]) == (f"measured by {lead.name}", str(lead.pk))
    assert (latest["how"], latest["link"], latest["run"]) == ("counted", "https://example.com/list", None)
    after = job.get(f"criteria/{criterion.pk}/", If_None_Match=before["ETag"])
    assert after.status_code == 200, "the version stays, and what is given has moved"
    assert after["ETag"].startswith(f'"{measured["version"]}.')
    assert job.patch(f"criteria/{criterion.pk}/", {"text": "x"}, If_Match=after["ETag"]).status_code == 200


def test_the_best_target_of_the_latest_run_decides(engagement: Engagement, job: Program) -> None:
    pilot = {**GOAL, "metric": "exact", "measured_by": "pilot"}
    criterion = write_criterion(by=None, engagement=engagement, title="Right", **pilot)
    run = uuid4()
    for subject, low, high in (("small", 0.5, 0.6), ("large", 0.91, 0.97)):
        measure(
            by=None, criterion=criterion, value=(low + high) / 2, low=low, high=high, n=300, source="run",
            source_id=run, subject=subject, at=criterion.created_at,
        )  # fmt: skip
    body = job.get(f"criteria/{criterion.pk}/").json()
    assert body["verdict"] == "met"
    assert [(one["subject"], one["verdict"], one["run"]) for one in body["latest"]] == [
        ("large", "met", str(run)),
        ("small", "missed", str(run)),
    ]
    assert [
        one["subject"] for one in job.get(f"measurements/?run={run}&verdict=missed").json()["results"]
    ] == ["small"]
    changed = job.patch(f"criteria/{criterion.pk}/", {"threshold": 0.99, "version": body["version"]}).json()
    assert (changed["verdict"], changed["latest"]) == (None, [])
    assert {one["is_current"] for one in job.get("measurements/").json()["results"]} == {False}


def test_a_criterion_is_stated_changed_dropped_and_restored(
    job: Program, lead: User, engagement: Engagement, use_case: UseCase
) -> None:
    baseline = add_baseline(
        by=None, use_case=use_case, metric="m", value=0.5, unit="share", basis="stated", how="says the desk"
    )
    sent = {"title": "Letters arrive", "use_case": str(use_case.pk), "decider": str(lead.pk)}
    vague = job.post(of(engagement, "criteria"), sent).json()
    assert (vague["state"], vague["missing"]) == (
        "unknown",
        ["what is measured", "a direction", "a threshold"],
    )
    path = f"criteria/{vague['id']}/"
    stated = job.patch(path, {**GOAL, "baseline": str(baseline.pk), "version": vague["version"]}).json()
    assert (stated["state"], stated["decider"]["id"], stated["baseline"]) == (
        "stated", str(lead.pk), str(baseline.pk),
    )  # fmt: skip
    is_problem(job.post(f"{path}drop/", {}), 422)
    dropped = job.post(f"{path}drop/", {"why": "another way"}).json()
    assert dropped["state"] == "dropped"
    is_problem(job.patch(path, {"text": "x", "version": dropped["version"]}), 409, "dropped")
    is_problem(by_hand(job, SuccessCriterion.objects.get()), 409, "dropped")
    assert job.post(f"{path}restore/").json()["state"] == "stated"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"threshold": 90}, "threshold"),
        ({"threshold": "nan"}, "threshold"),
        ({"threshold": True}, "threshold"),
        ({"direction": "above"}, "direction"),
        ({"metric": "magic", "measured_by": "pilot"}, "metric"),
        ({"decider": str(uuid4())}, "decider"),
        ({"use_case": str(uuid4())}, "use_case"),
        ({"baseline": str(uuid4())}, "baseline"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_the_page_refuses_of_a_criterion_is_refused(
    job: Program, engagement: Engagement, sent: dict[str, Any], field: str
) -> None:
    problem = is_problem(job.post(of(engagement, "criteria"), {"title": "x", **GOAL, **sent}), 422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert not SuccessCriterion.objects.exists()


def test_two_criteria_do_not_say_the_same(job: Program, criterion: SuccessCriterion) -> None:
    problem = is_problem(job.post(of(criterion.engagement, "criteria"), {"title": "again", **GOAL}), 422)
    assert problem["errors"][0]["code"] == "said_already"


def test_measured_by_hand_needs_evidence_and_a_person(
    job: Program, engagement: Engagement, criterion: SuccessCriterion
) -> None:
    is_problem(by_hand(job, criterion, link=""), 422)
    is_problem(by_hand(job, criterion, value=95), 422)
    is_problem(by_hand(job, criterion, link="javascript:alert(1)"), 422)
    is_problem(by_hand(job, criterion, evidence=str(make_item(make_engagement(), Kind.ENTRY).pk)), 422)
    is_problem(by_hand(program(engagement), criterion), 409, "needs_person")
    assert not Measurement.objects.exists()
    proof = make_item(engagement, Kind.ENTRY)
    for _ in range(2):
        sent = {"value": 0.95, "how": "counted", "evidence": str(proof.pk)}
        job.post(f"criteria/{criterion.pk}/measure/", sent, Idempotency_Key="k")
    assert Measurement.objects.get().evidence_id == proof.pk


def test_a_client_viewer_is_told_nothing_internal(
    viewer: Program, job: Program, engagement: Engagement, use_case: UseCase
) -> None:
    owner = make_item(engagement, Kind.STAKEHOLDER)
    shown = write_criterion(by=None, engagement=engagement, title="Shown", use_case=use_case, **GOAL)
    hidden = write_criterion(by=None, engagement=engagement, title="Hidden", client_visible=False)
    assert by_hand(job, shown, evidence=str(make_item(engagement, Kind.ENTRY).pk)).status_code == 200
    (seen,) = viewer.get("criteria/").json()["results"]
    assert (seen["id"], seen["use_case"]) == (str(shown.pk), None)
    assert (seen["latest"][0]["value"], seen["latest"][0]["evidence"]) == (0.95, None)
    assert len(viewer.get("measurements/").json()["results"]) == 1
    for path in (f"criteria/{hidden.pk}/", f"use-cases/{use_case.pk}/"):
        is_problem(viewer.get(path), 404)
    for path in (of(engagement, "criteria"), f"criteria/{shown.pk}/measure/", of(engagement, "use-cases")):
        assert viewer.post(path, {"title": "x", "value": 1, "how": "x"}).status_code == 403
    sent = {"client_visible": True, "business_owner": str(owner.pk), "version": use_case.version}
    assert job.patch(f"use-cases/{use_case.pk}/", sent).json()["business_owner"] == str(owner.pk)
    assert viewer.get(f"use-cases/{use_case.pk}/").json()["business_owner"] is None
    assert viewer.get(f"criteria/{shown.pk}/").json()["use_case"] == str(use_case.pk)


def test_a_use_case_is_written_and_changed_section_by_section(job: Program, engagement: Engagement) -> None:
    sent = {
        "title": "Sort letters",
        "steps": [{"step": "Read", "minutes": 4}],
        "volume": 600,
        "minutes_per_case": 4,
        "volume_basis": "measured",
    }
    made = job.post(of(engagement, "use-cases"), sent).json()
    assert made["hours"] == {"hours": 40.0, "basis": "estimated"}
    assert made["steps"] == [{"step": "Read", "actor": "", "system": "", "minutes": 4.0}]
    path = f"use-cases/{made['id']}/"
    is_problem(job.patch(path, {"score_value": 5, "version": made["version"]}), 422)
    is_problem(job.patch(path, {"steps": [{"actor": "desk"}], "version": made["version"]}), 422)
    parts = {f"score_{part}": 4 for part in ("value", "feasibility", "risk")}
    whys = {f"{part}_why": "because" for part in ("value", "feasibility", "risk")}
    scored = job.patch(path, {**parts, **whys, "limits": "none", "version": made["version"]}).json()
    assert (scored["score"], scored["limits"]) == (32, "none")
    assert job.patch(path, {"score_risk": 1}, If_Match="*").json()["score"] == 80
    is_problem(job.patch(path, {"limits": "late", "version": made["version"]}), 409, "stale")
    assert UseCase.objects.get().section_versions == {"score": 3, "limits": 2}


def test_a_pick_is_a_decision_in_the_log(job: Program, engagement: Engagement, use_case: UseCase) -> None:
    other = write_use_case(by=None, engagement=engagement, title="Answer calls")
    foreign = write_use_case(by=None, engagement=make_engagement(), title="Elsewhere")
    path = f"use-cases/{use_case.pk}/"
    is_problem(job.post(f"{path}pick/", {"why": ""}), 422)
    for pk in (foreign.pk, uuid4()):
        sent = {"why": "worth it", "rejected": [{"use_case": str(pk), "why": "no data"}]}
        is_problem(job.post(f"{path}pick/", sent), 422)
    sent = {"why": "worth it", "rejected": [{"use_case": str(other.pk), "why": "no data"}]}
    picked = job.post(f"{path}pick/", sent).json()
    assert (picked["state"], picked["settled_why"]) == ("picked", "worth it")
    entry = LogEntry.objects.get()
    assert (entry.entry_kind, entry.reason) == ("decision", "worth it")
    assert job.get(f"use-cases/{other.pk}/").json()["state"] == "rejected"
    is_problem(job.send("DELETE", path), 409, "needed")
    assert job.post(f"{path}reconsider/").json()["state"] == "candidate"
    assert job.post(f"{path}reject/", {"why": "too dear"}).json()["state"] == "rejected"
    assert job.send("DELETE", path).status_code == 204


def test_figures_of_a_use_case(job: Program, engagement: Engagement, use_case: UseCase) -> None:
    path = of(engagement, "baselines")
    figure = {
        "use_case": str(use_case.pk),
        "metric": "right",
        "value": 0.7,
        "unit": "share",
        "how": "counted",
    }
    is_problem(job.post(path, {**figure, "basis": "measured"}), 422)
    made = job.post(path, {**figure, "basis": "measured", "measured_on": "2024-05-01", "n": 50}).json()
    assert (made["value"], made["n"], made["measured_on"]) == (0.7, 50, "2024-05-01")
    one = f"baselines/{made['id']}/"
    assert job.patch(one, {"value": 0.6, "version": 1}).json()["version"] == 2
    is_problem(job.patch(one, {"value": 0.5, "version": 1}), 409, "stale")
    assumed = {"use_case": str(use_case.pk), "wording": "an hour costs", "value": 41, "unit": "EUR"}
    is_problem(job.post(of(engagement, "assumptions"), {**assumed, "basis": "stated"}), 422)
    assert job.post(of(engagement, "assumptions"), {**assumed, "basis": "estimated"}).status_code == 201
    body = job.get(f"use-cases/{use_case.pk}/").json()
    assert [one["value"] for one in body["baselines"]] == [0.6]
    assert [one["wording"] for one in body["assumptions"]] == ["an hour costs"]
    foreign = write_use_case(by=None, engagement=make_engagement(), title="Elsewhere")
    is_problem(job.post(path, {**figure, "basis": "stated", "use_case": str(foreign.pk)}), 422)
    write_criterion(by=None, engagement=engagement, title="x", baseline=Baseline.objects.get(), **GOAL)
    is_problem(job.send("DELETE", one), 409, "in_use")


def test_an_engagements_token_writes_in_nobodys_name(
    engagement: Engagement, criterion: SuccessCriterion
) -> None:
    token = program(engagement)
    made = token.post(of(engagement, "use-cases"), {"title": "Nightly"})
    assert (made.status_code, made.json()["author"]) == (201, None)
    assert token.get(f"criteria/{criterion.pk}/").status_code == 200
    elsewhere = write_criterion(by=None, engagement=make_engagement(), title="Elsewhere")
    is_problem(token.get(f"criteria/{elsewhere.pk}/"), 404)
    is_problem(program(engagement, "log:read").get("criteria/"), 403, "out_of_scope")
