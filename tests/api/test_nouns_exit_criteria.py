"""What gates require over the API: exit criteria, attesting, the client's approval."""

from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.models import Role, User
from apps.engagements.models import Approval, Engagement, ExitCriterion, Gate, MemberRole, Proof
from apps.engagements.services import exit_criteria
from tests.factories import make_engagement, make_member, make_user
from tests.factories.gates import LINK, gate_of, make_viewer, satisfy
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


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


def test_exit_criteria_are_added_renamed_moved_and_removed(
    job: Program, lead: User, engagement: Engagement, gate: Gate
) -> None:
    path = f"engagements/{engagement.pk}/exit-criteria/"
    made = job.post(path, {"gate": str(gate.pk), "proof": "attested", "title": "Guide agreed"})
    body, one = made.json(), f"exit-criteria/{made.json()['id']}/"
    assert body.keys() == {
        "id", "gate", "engagement", "position", "proof", "title", "check_name", "criterion", "attested_by",
        "attested_at", "link", "note", "version",
    }  # fmt: skip
    assert job.patch(one, {"title": "Guide signed", "version": 1}).json()["title"] == "Guide signed"
    moved = job.post(f"{one}move/", {"to": "up"}).json()
    assert moved["position"] == body["position"] - 1
    assert len(job.get(f"{path}?gate={gate.pk}").json()["results"]) == gate.exit_criteria.count()
    elsewhere = make_engagement()
    for sent, field in (
        ({"gate": str(gate_of(elsewhere).pk), "proof": "attested", "title": "x"}, "gate"),
        ({"gate": str(gate.pk), "proof": "attested"}, "title"),
        ({"gate": str(gate.pk), "proof": "check", "check_name": "none"}, "check_name"),
        ({"gate": str(gate.pk), "proof": "criterion"}, "criterion"),
        (
            {
                "gate": str(gate.pk),
                "proof": "criterion",
                "criterion": str(make_item(elsewhere, "criterion").pk),
            },
            "criterion",
        ),
    ):
        assert is_problem(job.post(path, sent), 422)["errors"][0]["field"] == field, sent
    is_problem(job.post(f"{one}remove/", {}), 422)
    assert job.post(f"{one}remove/", {"reason": "Not needed"}).status_code == 204
    assert whole(job, gate)["removed"][0]["reason"] == "Not needed"


def test_what_is_checked_only_managers_remove_and_nobody_from_a_passed_gate(
    job: Program, lead: User, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    asked = gate.exit_criteria.filter(proof=Proof.CHECK).first()
    path = f"exit-criteria/{asked.pk}/remove/"
    for bearer in (job, program(engagement), program(viewer)):
        is_problem(bearer.post(path, {"reason": "x"}), 403)
    assert program(make_user(Role.MANAGER)).post(path, {"reason": "x"}).status_code == 204
    satisfy(gate, lead=lead, viewer=viewer)
    job.post(f"gates/{gate.pk}/decide/", {"outcome": "go"})
    left = gate.exit_criteria.first()
    is_problem(job.patch(f"exit-criteria/{left.pk}/", {"title": "x", "version": left.version}), 409, "passed")


def test_attesting_is_done_in_ones_own_name(
    job: Program, lead: User, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    one = exit_criteria.add(by=lead, gate=gate, proof=Proof.ATTESTED, title="Guide agreed")
    path, sent = f"exit-criteria/{one.pk}/", {"link": LINK, "note": "with Ana"}
    is_problem(program(engagement).post(f"{path}attest/", sent), 409, "needs_person")
    is_problem(program(viewer).post(f"{path}attest/", sent), 403)
    is_problem(job.post(f"{path}attest/", {"link": "javascript:x"}), 422)
    body = job.post(f"{path}attest/", sent).json()
    assert (body["attested_by"]["id"], body["link"], body["note"]) == (str(lead.pk), LINK, "with Ana")
    theirs = program(viewer).get(path).json()
    assert (theirs["link"], theirs["note"], theirs["check_name"]) == (LINK, None, None)
    assert job.post(f"{path}withdraw/").json()["attested_by"] is None


def test_an_internal_success_criterion_is_required_unseen(
    job: Program, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    hidden, shown = (make_item(engagement, "criterion", client_visible=seen) for seen in (False, True))
    for item in (hidden, shown):
        exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=item)
    theirs = program(viewer)
    seen = theirs.get("exit-criteria/?proof=criterion").json()["results"]
    assert [one["criterion"] for one in seen] == [str(shown.pk)]
    one = ExitCriterion.objects.get(criterion=hidden)
    is_problem(theirs.get(f"exit-criteria/{one.pk}/"), 404)
    assert len(job.get("exit-criteria/?proof=criterion").json()["results"]) == 2


def test_the_client_is_asked_and_answers_in_their_own_name(
    job: Program, lead: User, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    path = f"engagements/{engagement.pk}/approvals/"
    sent = {"item": str(gate.pk), "person": str(viewer.pk), "note": "Please", "due": "2099-01-01"}
    made = job.post(path, sent).json()
    assert made.keys() == {
        "id", "item", "engagement", "asked_of", "asked_by", "due", "note", "answer", "answered_at", "words",
        "withdrawn_at", "created_at", "state", "seen",
    }  # fmt: skip
    assert (made["state"], made["asked_by"]["id"], made["item"]["reference"]) == ("open", str(lead.pk), "G-1")
    assert job.post(path, sent).json()["id"] == made["id"]
    answer = f"approvals/{made['id']}/answer/"
    for bearer in (
        job,
        program(engagement),
        program(make_user(Role.ADMIN)),
        program(make_viewer(engagement)),
    ):
        is_problem(bearer.post(answer, {"answer": "approved"}), 403)
    theirs = program(viewer)
    is_problem(theirs.post(answer, {"answer": "declined"}), 422)
    is_problem(theirs.post(answer, {"answer": "approved", "seen": "0"}), 409, "changed")
    body = theirs.post(answer, {"answer": "approved", "seen": made["seen"]}).json()
    assert (body["state"], body["answer"]) == ("approved", "approved")
    is_problem(theirs.post(answer, {"answer": "approved"}), 409, "answered")
    exit_criteria.add(by=None, gate=gate, proof=Proof.ATTESTED, title="One thing more")
    assert job.get(f"approvals/{made['id']}/").json()["state"] == "earlier"
    assert job.get("approvals/?waiting=true").json()["results"] == []
    is_problem(job.post(f"approvals/{made['id']}/withdraw/"), 409, "answered")


def test_nobody_else_is_asked_and_nothing_else_approved(
    job: Program, lead: User, viewer: User, engagement: Engagement, gate: Gate
) -> None:
    path, other = f"engagements/{engagement.pk}/approvals/", make_viewer(make_engagement())
    for pk in (lead.pk, other.pk, uuid4()):
        said = is_problem(job.post(path, {"item": str(gate.pk), "person": str(pk)}), 422)["errors"][0]
        assert (said["field"], other.name in said["message"]) == ("person", False)
    for pk in (gate_of(make_engagement()).pk, uuid4()):
        is_problem(job.post(path, {"item": str(pk), "person": str(viewer.pk)}), 422)
    risk = make_item(engagement, "risk", client_visible=True)
    is_problem(job.post(path, {"item": str(risk.pk), "person": str(viewer.pk)}), 409, "kind")
    is_problem(program(viewer).post(path, {"item": str(gate.pk), "person": str(viewer.pk)}), 403)
    assert Approval.objects.count() == 0
    made = job.post(path, {"item": str(gate.pk), "person": str(viewer.pk)}).json()
    is_problem(program(viewer).post(f"approvals/{made['id']}/withdraw/"), 403)
    assert job.post(f"approvals/{made['id']}/withdraw/").json()["state"] == "withdrawn"
