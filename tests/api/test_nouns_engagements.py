"""Whom and what an engagement is made of, over the API: clients, members, invitations, stakeholders, hours, history."""

from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client as Browser

from apps.accounts.models import Role, User
from apps.api.models import Answer
from apps.engagements.models import Client, Engagement, Invitation, Member, MemberRole, Stakeholder
from apps.engagements.services.endings import close
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement(client=make_client("Contoso"), name="Triage")


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Lea")).user


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


@pytest.fixture
def client_job(engagement: Engagement) -> Program:
    return program(make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user)


def below(engagement: Engagement, noun: str) -> str:
    return f"engagements/{engagement.pk}/{noun}/"


def refused_everything(job: Program, noun: str, engagement: Engagement, pk: Any) -> None:
    """To that bearer the noun is closed, whatever they ask."""
    for path in (f"{noun}/", f"{noun}/{pk}/", below(engagement, noun)):
        is_problem(job.get(path), 403)


def test_clients_are_given_as_far_as_somebody_sees_them(
    job: Program, engagement: Engagement, client_job: Program
) -> None:
    other, client = make_engagement().client, engagement.client
    [given] = job.get("clients/").json()["results"]
    assert given.keys() == {"id", "name", "slug", "version", "created_at"}
    assert (given["id"], given["name"], given["slug"]) == (str(client.pk), "Contoso", "contoso")
    assert program(engagement).get("clients/").json()["results"] == [given]
    for bearer in (job, program(engagement)):
        is_problem(bearer.get(f"clients/{other.pk}/"), 404)
    limited = program(make_user(Role.ADMIN), limited_to=engagement)
    assert limited.get("clients/").json()["results"] == [given]
    assert len(program(make_user(Role.MANAGER)).get("clients/").json()["results"]) == 2
    assert job.get("clients/?q=cont").json()["results"] == [given]
    is_problem(client_job.get("clients/"), 403)
    is_problem(client_job.get(f"clients/{client.pk}/"), 403)


def test_clients_are_added_and_renamed_by_managers_alone(job: Program, engagement: Engagement) -> None:
    manager = make_user(Role.MANAGER)
    boss = program(manager)
    made = boss.post("clients/", {"name": "Fabrikam"})
    assert (made.status_code, made.json()["slug"]) == (201, "fabrikam")
    assert boss.post("clients/", {"name": "fabrikam"}).json()["id"] == made.json()["id"]
    path = f"clients/{made.json()['id']}/"
    assert boss.patch(path, {"name": "Fabrikam AG"}, If_Match=made["ETag"]).json()["name"] == "Fabrikam AG"
    is_problem(boss.patch(path, {"name": "X"}, If_Match=made["ETag"]), 412, "stale")
    taken = is_problem(boss.patch(path, {"name": "contoso"}, If_Match="*"), 422)
    assert (taken["errors"][0]["field"], taken["errors"][0]["code"]) == ("name", "name_taken")
    for bearer in (job, program(engagement), program(manager, limited_to=engagement)):
        is_problem(bearer.post("clients/", {"name": "Mine"}), 403)
        is_problem(bearer.patch(f"clients/{engagement.client_id}/", {"name": "Mine", "version": 1}), 403)
    assert Client.objects.filter(name="Mine").count() == 0


def test_members_are_given_to_the_team_and_not_to_the_client(
    job: Program, lead: User, engagement: Engagement, client_job: Program
) -> None:
    found = {one["person"]["name"]: one for one in job.get(below(engagement, "members")).json()["results"]}
    assert len(found) == 2
    own = found["Lea"]
    assert own.keys() == {"id", "engagement", "person", "role", "version", "created_at"}
    assert own["person"] == {
        "id": str(lead.pk),
        "name": "Lea",
        "email": lead.email,
        "role": "fde",
        "active": True,
    }
    assert len(program(engagement).get("members/").json()["results"]) == 2
    refused_everything(client_job, "members", engagement, own["id"])
    is_problem(job.get(f"members/{make_member(make_engagement()).pk}/"), 404)


def test_members_are_added_changed_and_removed_by_whoever_leads(job: Program, engagement: Engagement) -> None:
    person, viewer = make_user(), make_user(Role.CLIENT)
    path = below(engagement, "members")
    made = job.post(path, {"person": str(person.pk), "role": "engineer"})
    assert (made.status_code, made.json()["person"]["id"]) == (201, str(person.pk))
    one = f"members/{made.json()['id']}/"
    is_problem(job.patch(one, {"role": "lead"}), 428)
    assert job.patch(one, {"role": "lead"}, If_Match=made["ETag"]).json()["role"] == "lead"
    wrong = is_problem(job.post(path, {"person": str(viewer.pk), "role": "engineer"}), 422)
    assert wrong["errors"][0]["field"] == "role"
    assert job.post(path, {"person": str(viewer.pk), "role": "viewer"}).status_code == 201
    assert job.send("DELETE", one).status_code == 204
    assert not Member.objects.filter(user=person).exists()


def test_nobody_is_added_who_cannot_be_chosen_on_the_page(job: Program, engagement: Engagement) -> None:
    elsewhere = make_member(make_engagement(), MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    for pk in (elsewhere.pk, uuid4()):
        sent = {"person": str(pk), "role": "viewer"}
        said = is_problem(job.post(below(engagement, "members"), sent), 422)["errors"][0]
        assert (said["field"], said["code"]) == ("person", "nobody")
        assert elsewhere.name not in said["message"]


def test_who_does_not_lead_changes_no_members(engagement: Engagement, lead: User) -> None:
    engineer, looking = (
        make_member(engagement, role).user for role in (MemberRole.ENGINEER, MemberRole.VIEWER)
    )
    place = Member.objects.get(engagement=engagement, user=lead)
    for bearer in (program(engineer), program(looking), program(engagement)):
        sent = {"person": str(make_user().pk), "role": "lead"}
        is_problem(bearer.post(below(engagement, "members"), sent), 403)
        is_problem(bearer.patch(f"members/{place.pk}/", {"role": "viewer", "version": 1}), 403)
        is_problem(bearer.send("DELETE", f"members/{place.pk}/"), 403)
        is_problem(bearer.post(below(engagement, "invitations"), {"email": "x@example.com"}), 403)
    assert Member.objects.count() == 3


def test_members_of_a_closed_engagement_may_change(job: Program, lead: User, engagement: Engagement) -> None:
    close(by=lead, engagement=engagement, ending="other", words="Over.")
    sent = {"person": str(make_user().pk), "role": "viewer"}
    assert job.post(below(engagement, "members"), sent).status_code == 201


def test_an_invitation_tells_its_link_once_and_keeps_it_nowhere(
    job: Program,
    lead: User,
    engagement: Engagement,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.PUBLIC_URL = "https://fieldwork.example"
    path, sent = below(engagement, "invitations"), {"email": "New@Example.com"}
    with django_capture_on_commit_callbacks(execute=True):
        made = job.post(path, sent, Idempotency_Key="one")
    body = made.json()
    assert made.status_code == 201
    assert body.keys() == {
        "id", "engagement", "email", "role", "account_role", "state", "invited_by", "link", "expires_at", "created_at",
    }  # fmt: skip
    assert (body["email"], body["role"], body["account_role"], body["state"]) == (
        "new@example.com",
        "viewer",
        "client",
        "open",
    )
    assert body["invited_by"] == {"id": str(lead.pk), "name": "Lea"}
    assert body["link"].startswith("https://fieldwork.example/engagements/invitation/")
    token = body["link"].rstrip("/").rsplit("/", 1)[-1]
    assert b"Triage" in Browser().get(f"/engagements/invitation/{token}/").content
    assert [one.to for one in mail.outbox] == [["new@example.com"]]
    assert body["link"] in str(mail.outbox[0].body)
    again = job.post(path, sent, Idempotency_Key="one")
    assert (again["Idempotency-Replayed"], again.json()) == ("true", {**body, "link": None})
    assert token not in str(Answer.objects.values())
    for answer in (job.get(f"invitations/{body['id']}/").json(), job.get(path).json()["results"][0]):
        assert answer == {**body, "link": None}
    assert Invitation.objects.count() == 1


def test_an_invitation_is_withdrawn(job: Program, engagement: Engagement, client_job: Program) -> None:
    made = job.post(below(engagement, "invitations"), {"email": "new@example.com"}).json()
    refused_everything(client_job, "invitations", engagement, made["id"])
    is_problem(program(engagement).post(f"invitations/{made['id']}/withdraw/"), 403)
    assert job.post(f"invitations/{made['id']}/withdraw/").json()["state"] == "withdrawn"
    assert job.get("invitations/").json()["results"] == []
    assert Browser().get(made["link"]).status_code == 410


def test_nobody_is_invited_as_more_than_the_page_allows(job: Program, engagement: Engagement) -> None:
    path = below(engagement, "invitations")
    for sent, field in (
        ({"email": "a@example.com", "account_role": "admin", "role": "lead"}, "account_role"),
        ({"email": "a@example.com", "account_role": "client", "role": "lead"}, "role"),
        ({"email": make_member(engagement).user.email}, "email"),
        ({"email": "nobody"}, "email"),
    ):
        assert is_problem(job.post(path, sent), 422)["errors"][0]["field"] == field
    many = job.post(path, [{"email": "a@example.com"}, {"email": "b@example.com"}], Idempotency_Key="two")
    assert all(one["link"] for one in many.json()["results"])
    assert "invitation/" not in str(Answer.objects.values())


def test_stakeholders_are_for_the_team_alone(
    job: Program, engagement: Engagement, client_job: Program
) -> None:
    path = below(engagement, "stakeholders")
    sent = {"title": "Ana", "position": "Head of claims", "influence": "high", "tags": ["#Board", "it"]}
    made = job.post(path, sent)
    body = made.json()
    assert (body["reference"], body["stance"], body["tags"]) == ("P-1", "neutral", ["board", "it"])
    one = f"stakeholders/{body['id']}/"
    changed = job.patch(one, {"stance": "champion", "sponsor": True}, If_Match=made["ETag"]).json()
    assert (changed["stance"], changed["sponsor"], changed["position"]) == (
        "champion",
        True,
        "Head of claims",
    )
    for query, count in (("influence=high", 1), ("sponsor=false", 0), ("stance=neutral", 0), ("", 1)):
        assert len(program(engagement).get(f"{path}?{query}").json()["results"]) == count, query
    refused_everything(client_job, "stakeholders", engagement, body["id"])
    for field in ("due", "client_visible"):
        is_problem(job.post(path, {"title": "B", field: None}), 422, "fields")
    is_problem(job.post(path, {"title": "B", "tags": ["no tag!"]}), 422, "fields")
    assert job.send("DELETE", one).status_code == 204
    assert Stakeholder.objects.filter(removed_at=None).count() == 0


def test_hours_are_summed_by_person_and_week(
    job: Program, lead: User, engagement: Engagement, client_job: Program
) -> None:
    Engagement.objects.update(budget_minutes=600)
    for minutes, day, by in ((60, 5, lead), (30, 6, lead), (15, 13, lead), (45, 6, None)):
        at = f"2026-01-{day:02}T12:00:00Z"
        make_item(engagement, "entry", by=by, minutes=minutes, at=at, client_visible=True)
    body = job.get(below(engagement, "hours")).json()
    assert (body["used"], body["budget"], body["used_up"]) == (150, 600, None)
    assert [(one["name"], one["week"], one["minutes"]) for one in body["results"]] == [
        ("Lea", "2026-W03", 15),
        ("Fieldwork", "2026-W02", 45),
        ("Lea", "2026-W02", 90),
    ]
    assert [one["person"] for one in body["results"]] == [str(lead.pk), None, str(lead.pk)]
    assert body["results"][0]["begins"] == "2026-01-12"
    assert program(engagement).get(below(engagement, "hours")).json() == body
    is_problem(client_job.get(below(engagement, "hours")), 403)
    is_problem(job.get(below(make_engagement(), "hours")), 404)


def test_the_history_says_who_did_what(
    job: Program, lead: User, engagement: Engagement, client_job: Program
) -> None:
    risk = make_item(engagement, "risk", title="The API ends", by=lead)
    job.patch(f"raid/{risk.pk}/", {"severity": "high", "version": 1})
    path = below(engagement, "history")
    first = job.get(path).json()["results"][0]
    assert first.keys() == {
        "id", "engagement", "at", "person", "who", "verb", "subject", "subject_id", "what", "item", "changes", "why",
    }  # fmt: skip
    assert (first["what"], first["item"]) == ("Risk changed", "R-1 The API ends")
    assert first["changes"] == [{"name": "Severity", "before": "Medium", "after": "High"}]
    assert first["person"] == {"id": str(lead.pk), "name": "Lea"}
    assert "via token" in first["who"]
    assert job.get(f"history/{first['id']}/").json() == first
    assert {one["subject_id"] for one in job.get(f"{path}?subject=risk").json()["results"]} == {str(risk.pk)}
    assert len(job.get(f"{path}?by={lead.pk}").json()["results"]) == 2
    assert program(engagement).get(f"history/{first['id']}/").json() == first
    is_problem(client_job.get(path), 403)
    is_problem(client_job.get(f"history/{first['id']}/"), 403)
    is_problem(program(make_user()).get(f"history/{first['id']}/"), 404)
    assert is_problem(job.get("history/"), 404)
