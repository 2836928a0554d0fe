"""Gates over the API: what is found of what they require, who decides, and on what."""

from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, ExitCriterion, Gate, GateDecision, MemberRole, Proof
from apps.engagements.services import exit_criteria
from tests.factories import make_engagement, make_member, make_user
from tests.factories.gates import LINK, checked, found, gate_of, make_viewer, registered, satisfy
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db
LISTED = {
    "id", "reference", "kind", "engagement", "title", "text", "state", "client_visible", "owner", "author", "due", "at",
    "tags", "version", "stage", "held", "required", "stale", "closed_at", "decided",
}  # fmt: skip


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def gate(engagement: Engagement) -> Gate:
    return gate_of(engagement)


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


@pytest.fixture
def viewer(engagement: Engagement) -> User:
    return make_viewer(engagement)


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


def whole(job: Program, gate: Gate) -> Any:
    answer = job.get(f"gates/{gate.pk}/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def half_held(gate: Gate, lead: User) -> tuple[ExitCriterion, ExitCriterion]:
    """All that the gate requires then: one thing that holds, and one that nobody has attested."""
    for one in gate.exit_criteria.all():
        exit_criteria.remove(by=None, exit_criterion=one, reason="not in this test")
    held, left = (
        exit_criteria.add(by=lead, gate=gate, proof=Proof.ATTESTED, title=title)
        for title in ("Access given", "Guide agreed")
    )
    exit_criteria.attest(by=lead, exit_criterion=held, link=LINK)
    return held, left


def test_gates_are_listed_to_everybody_and_their_counts_to_the_team(
    job: Program, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    path = f"engagements/{engagement.pk}/gates/"
    rows = job.get(path).json()["results"]
    assert [one["stage"] for one in rows] == ["scoping", "connect", "pilot", "deploy", "adopt"]
    assert rows[0].keys() == LISTED
    assert rows[0]["required"] == gate.exit_criteria.count()
    assert program(engagement).get(path).json()["results"] == rows
    theirs = program(viewer).get(path).json()["results"]
    assert [(one["held"], one["required"]) for one in theirs] == [(None, None)] * 5
    assert [one["reference"] for one in job.get(f"{path}?stage=pilot").json()["results"]] == ["G-3"]


def test_a_gate_tells_what_its_exit_criteria_come_to(
    job: Program, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    hidden = make_item(engagement, "criterion", title="Margin holds")
    exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=hidden)
    with registered(lambda gate: found("failed", "3 of 5 are secret", value=3), client_visible=False):
        quiet = checked(gate)
        body, theirs = whole(job, gate), whole(program(viewer), gate)
    assert body.keys() == LISTED | {
        "exit_criteria", "changed", "decisions", "removed", "seen", "not_now",
    }  # fmt: skip
    line = next(one for one in body["exit_criteria"] if one["id"] == str(quiet.pk))
    assert line == {
        "id": str(quiet.pk), "title": "What the test checks", "proof": "check", "criterion": None, "found": "failed",
        "text": "3 of 5 are secret", "link": "", "evidence": [{"what": "accuracy", "value": 3}], "note": "",
        "internal": False,
    }  # fmt: skip
    assert "Margin holds" in {one["title"] for one in body["exit_criteria"]}
    assert len(theirs["exit_criteria"]) == len(body["exit_criteria"]) - 1
    line = next(one for one in theirs["exit_criteria"] if one["id"] == str(quiet.pk))
    assert (line["found"], line["text"], line["evidence"], line["note"], line["internal"]) == (
        "failed",
        "",
        [],
        None,
        None,
    )
    assert "Margin" not in str(theirs)
    assert "secret" not in str(theirs)
    assert (theirs["seen"], theirs["removed"], theirs["not_now"]) == (None, None, None)


def test_a_gate_is_decided_by_whoever_leads_on_what_they_have_seen(
    job: Program, lead: User, viewer: User, gate: Gate
) -> None:
    path = f"gates/{gate.pk}/decide/"
    refused = is_problem(job.post(path, {"outcome": "go"}), 422)["errors"][0]
    assert (refused["field"], refused["code"]) == ("outcome", "obstacle")
    satisfy(gate, lead=lead, viewer=viewer)
    is_problem(job.post(path, {"outcome": "go", "seen": "0" * 64}), 409, "changed")
    seen = whole(job, gate)["seen"]
    body = job.post(path, {"outcome": "go", "reason": "All there.", "seen": seen, "after": 0}).json()
    assert (body["state"], body["decided"]["outcome"], body["decided"]["number"]) == ("passed", "go", 1)
    [decision] = body["decisions"]
    assert decision.keys() == {
        "number", "outcome", "by", "at", "reason", "conditions", "overrides", "evidence", "digest", "intact",
    }  # fmt: skip
    assert (decision["by"]["id"], decision["reason"], decision["intact"]) == (
        str(lead.pk),
        "All there.",
        True,
    )
    assert {one["found"] for one in decision["evidence"]} == {"passed"}
    is_problem(job.post(path, {"outcome": "go", "after": 0}), 409, "decided")
    gate.engagement.refresh_from_db()
    assert gate.engagement.stage == "connect"


def test_who_may_not_decide_does_not(engagement: Engagement, viewer: User, gate: Gate) -> None:
    engineer = make_member(engagement, MemberRole.ENGINEER).user
    for bearer in (program(engineer), program(viewer), program(engagement)):
        is_problem(bearer.post(f"gates/{gate.pk}/decide/", {"outcome": "no_go", "reason": "x"}), 403)
        is_problem(bearer.post(f"gates/{gate.pk}/reopen/", {"reason": "x"}), 403)
    is_problem(program(make_user()).post(f"gates/{gate.pk}/decide/", {"outcome": "no_go"}), 404)
    assert GateDecision.objects.count() == 0


def test_a_conditional_go_covers_what_is_undecided_and_makes_actions(
    job: Program, lead: User, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    held, attested = half_held(gate, lead)
    path = f"gates/{gate.pk}/decide/"
    condition = {
        "text": "Agree on it",
        "due": "2099-01-01",
        "owner": str(lead.pk),
        "covers": str(attested.pk),
    }
    sent = {"outcome": "conditional", "reason": "Nearly.", "conditions": [condition]}
    for wrong, field in (
        ({"covers": str(uuid4())}, "conditions"),
        ({"covers": str(held.pk)}, "conditions"),
        ({"owner": str(make_user().pk)}, "conditions"),
        ({"due": "2001-01-01"}, "conditions"),
        ({"text": ""}, "conditions.0.text"),
    ):
        answer = job.post(path, {**sent, "conditions": [{**condition, **wrong}]})
        assert is_problem(answer, 422)["errors"][0]["field"] == field, wrong
    [decision] = job.post(path, sent).json()["decisions"]
    [kept] = decision["conditions"]
    assert (kept["text"], kept["due"], kept["owner"]) == ("Agree on it", "2099-01-01", lead.name)
    assert job.get(f"actions/{kept['action']}/").json()["title"] == "Agree on it"
    [theirs] = whole(program(viewer), gate)["decisions"]
    assert theirs["conditions"] == [{**kept, "owner": None}]


def test_only_a_manager_overrides_and_reopens(job: Program, lead: User, gate: Gate) -> None:
    _, attested = half_held(gate, lead)
    over = [{"exit_criterion": str(attested.pk), "reason": "We know it."}]
    path, boss = f"gates/{gate.pk}/", program(make_user(Role.MANAGER))
    sent = {"outcome": "go", "overrides": over}
    assert is_problem(job.post(f"{path}decide/", sent), 422)["errors"][0]["code"] == "manager"
    stranger = {**sent, "overrides": [{**over[0], "exit_criterion": str(uuid4())}]}
    assert is_problem(boss.post(f"{path}decide/", stranger), 422)["errors"][0]["code"] == "elsewhere"
    decided = boss.post(f"{path}decide/", sent)
    assert decided.status_code == 200, decided.content
    [decision] = decided.json()["decisions"]
    assert [(one["title"], one["reason"]) for one in decision["overrides"]] == [
        ("Guide agreed", "We know it.")
    ]
    is_problem(job.post(f"{path}reopen/", {"reason": "No."}), 403)
    is_problem(boss.post(f"{path}reopen/", {}), 422)
    is_problem(boss.post(f"{path}reopen/", {"reason": "No."}, If_Match='"1"'), 409, "stale")
    assert boss.post(f"{path}reopen/", {"reason": "No."}).json()["state"] == "open"
    is_problem(boss.post(f"{path}reopen/", {"reason": "No."}), 409, "state")


def test_a_gate_is_due_on_a_day(job: Program, viewer: User, gate: Gate) -> None:
    path = f"gates/{gate.pk}/due/"
    assert job.post(path, {"due": "2099-01-01"}).json()["due"] == "2099-01-01"
    is_problem(job.post(path, {"due": "2099-02-01"}, If_Match=f'"{gate.version}"'), 409, "stale")
    assert job.post(path, {"due": None}).json()["due"] is None
    is_problem(program(viewer).post(path, {"due": None}), 403)


def test_an_etag_of_a_gate_knows_what_is_found(job: Program, lead: User, gate: Gate) -> None:
    path = f"gates/{gate.pk}/"
    tag = job.get(path)["ETag"]
    assert job.get(path, If_None_Match=tag).status_code == 304
    one = exit_criteria.add(by=lead, gate=gate, proof=Proof.ATTESTED, title="Guide agreed")
    exit_criteria.attest(by=lead, exit_criterion=one, link=LINK)
    assert job.get(path, If_None_Match=tag).status_code == 200
