"""Webhooks over the API: who may see and change them, what is told once, and what a program cannot do unseen."""

from typing import Any

import pytest

from apps.accounts.models import Role, User
from apps.api.models import Answer
from apps.audit.models import Event
from apps.delivery.models import Delivery, InboxEntry, Webhook
from apps.engagements.models import Engagement, MemberRole
from tests.factories import make_engagement, make_member, make_user
from tests.factories.world import objects_of

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db
SENT = {"name": "chat", "address": "https://203.0.114.7/secret-path", "events": ["gate.decided"]}


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


def made(job: Program, engagement: Engagement | None = None, **more: Any) -> dict[str, Any]:
    path = f"engagements/{engagement.pk}/webhooks/" if engagement else "installation-webhooks/"
    answer = job.post(path, {**SENT, **more})
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def test_the_secret_is_told_once_and_kept_nowhere(job: Program, engagement: Engagement) -> None:
    path = f"engagements/{engagement.pk}/webhooks/"
    first = job.post(path, SENT, Idempotency_Key="k").json()
    assert first["secret"].startswith("whsec_")
    again = job.post(path, SENT, Idempotency_Key="k")
    assert (again["Idempotency-Replayed"], again.json()["secret"]) == ("true", None)
    assert first["secret"] not in str(list(Answer.objects.values()))
    one = f"webhooks/{first['id']}/"
    assert job.get(one).json()["secret"] is None
    assert job.get(path).json()["results"][0]["secret"] is None
    rotated = job.post(f"{one}rotate/").json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != first["secret"]
    assert rotated["old_secret_until"]
    assert job.post(f"{one}end-old-secret/").json()["old_secret_until"] is None


def test_it_is_changed_paused_resumed_and_removed(job: Program, lead: User, engagement: Engagement) -> None:
    body = made(job, engagement)
    one = f"webhooks/{body['id']}/"
    assert (body["state"], body["host"], body["author"]["id"]) == ("active", "203.0.114.7", str(lead.pk))
    is_problem(job.patch(one, {"name": "team"}), 428)
    changed = job.patch(one, {"name": "team", "events": ["*"], "version": body["version"]}).json()
    assert (changed["name"], changed["events"], changed["address"]) == ("team", ["*"], SENT["address"])
    is_problem(job.patch(one, {"name": "late", "version": body["version"]}), 409)
    assert job.post(f"{one}pause/").json()["state"] == "hand"
    is_problem(job.post(f"{one}test/"), 409, "paused")
    assert job.post(f"{one}resume/").json()["state"] == "active"
    assert job.send("DELETE", one).status_code == 204
    is_problem(job.get(one), 404)
    done = Event.objects.filter(subject_type="webhook").order_by("at")
    assert [event.verb for event in done] == ["made", "changed", "paused", "resumed", "removed"]
    assert {event.actor for event in done} == {lead}
    assert all(event.data["via"].startswith("token ") for event in done)


def test_what_cannot_be_is_said_at_its_field(job: Program, engagement: Engagement) -> None:
    path = f"engagements/{engagement.pk}/webhooks/"
    for wrong, field in (
        ({"address": "https://127.0.0.1/x"}, "address"),
        ({"address": "http://203.0.114.7/"}, "address"),
        ({"address": "nonsense"}, "address"),
        ({"events": ["person.changed"]}, "events"),
        ({"events": []}, "events"),
        ({"name": ""}, "name"),
        ({"secret": "mine"}, "secret"),
    ):
        assert is_problem(job.post(path, {**SENT, **wrong}), 422)["errors"][0]["field"] == field, wrong
    made(job, engagement)
    assert is_problem(job.post(path, SENT), 422)["errors"][0]["code"] == "name_taken"
    assert Webhook.objects.count() == 1


def test_who_does_not_lead_sees_that_it_is_there_and_no_address(
    job: Program, lead: User, engagement: Engagement
) -> None:
    one = f"webhooks/{made(job, engagement)['id']}/"
    delivery = job.post(f"{one}test/").json()["id"]
    engineer = program(make_member(engagement, MemberRole.ENGINEER).user)
    assert engineer.get(one).json()["address"] is None
    for path, body in ((one + "rotate/", None), (one + "pause/", None), (one + "test/", None)):
        is_problem(engineer.post(path, body), 403)
    is_problem(engineer.patch(one, {"name": "x", "version": 1}), 403)
    is_problem(engineer.send("DELETE", one), 403)
    is_problem(engineer.post(f"engagements/{engagement.pk}/webhooks/", SENT), 403)
    is_problem(engineer.get(f"deliveries/{delivery}/"), 404)
    is_problem(engineer.post(f"deliveries/{delivery}/replay/"), 404)
    assert engineer.get("deliveries/").json()["results"] == []
    client = program(make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user)
    is_problem(client.get(one), 403)
    other = program(make_member(make_engagement(), MemberRole.LEAD).user)
    for path in (one, f"deliveries/{delivery}/"):
        is_problem(other.get(path), 404)
    reading = program(lead, "webhooks:read")
    assert (reading.get(one).json()["address"], reading.get("deliveries/").json()["results"][0]["id"]) == (
        None,
        delivery,
    )


def test_a_token_manages_none_unless_its_scope_says_so(job: Program, engagement: Engagement) -> None:
    path = f"engagements/{engagement.pk}/webhooks/"
    assistant = program(engagement, "log:read", "log:write", "registers:write", "webhooks:read")
    body = is_problem(assistant.post(path, SENT), 403, "out_of_scope")
    assert "webhooks:write" in body["detail"]
    one = f"webhooks/{made(job, engagement)['id']}/"
    assert assistant.get(one).json()["address"] is None
    for verb in ("rotate", "test", "resume", "pause"):
        is_problem(assistant.post(f"{one}{verb}/"), 403, "out_of_scope")
    allowed = program(engagement, "webhooks:write")
    assert allowed.post(path, {**SENT, "name": "b"}).json()["author"] is None
    for elsewhere in ("installation-webhooks/", f"engagements/{make_engagement().pk}/webhooks/"):
        is_problem(program(engagement).post(elsewhere, SENT), 403 if "inst" in elsewhere else 404)


def test_people_learn_of_what_a_program_has_made_or_redirected(
    job: Program, lead: User, engagement: Engagement
) -> None:
    body = made(program(engagement, "webhooks:write"), engagement)
    [entry] = InboxEntry.objects.filter(to=lead, about="webhook")
    assert "has made the webhook chat; it leads to 203.0.114.7" in entry.text
    one = f"webhooks/{body['id']}/"
    job.patch(one, {"name": "renamed", "version": 1})
    assert InboxEntry.objects.filter(to=lead).count() == 1
    job.patch(one, {"address": "https://203.0.114.8/", "version": 2})
    assert "redirected the webhook renamed; it leads to 203.0.114.8" in InboxEntry.objects.latest("at").text
    browser = Program(browser=lead)
    browser.patch(one, {"address": "https://203.0.114.9/", "version": 3})
    assert InboxEntry.objects.filter(to=lead).count() == 2


def test_deliveries_are_read_with_their_attempts_and_replayed(job: Program, engagement: Engagement) -> None:
    ids = objects_of(engagement)
    one = f"deliveries/{ids['delivery']}/"
    [row] = job.get(f"engagements/{engagement.pk}/deliveries/?state=failed&webhook={ids['webhook']}").json()[
        "results"
    ]
    assert (row["kind"], row["reason"], "body" in row) == ("webhook.test", "The receiver answered 500", False)
    whole = job.get(one).json()
    assert (whole["body"]["type"], whole["tried"][0]["status"], whole["tried"][0]["excerpt"]) == (
        "webhook.test",
        500,
        "Sorry",
    )
    assert job.post(f"{one}replay/").json()["state"] == "queued"
    is_problem(job.post(f"{one}replay/"), 409, "on_its_way")
    sent = job.post(f"webhooks/{ids['webhook']}/test/")
    assert (sent.status_code, sent.json()["kind"]) == (201, "webhook.test")
    assert job.get(sent["Location"]).json()["id"] == sent.json()["id"]


def test_those_of_the_installation_are_for_administrators_alone(lead: User) -> None:
    admin, engagement = make_user(Role.ADMIN), make_engagement()
    body = made(program(admin), events=["person.changed", "*"])
    assert (body["engagement"], body["events"]) == (None, ["*"])
    one = f"installation-webhooks/{body['id']}/"
    sent = program(admin).post(f"{one}test/").json()["id"]
    assert program(admin).get(f"installation-deliveries/{sent}/").json()["kind"] == "webhook.test"
    for other in (lead, make_user(Role.MANAGER)):
        is_problem(program(other).get(one), 403)
        is_problem(program(other).get(f"installation-deliveries/{sent}/"), 403)
    for narrow in (program(admin, limited_to=engagement), program(engagement)):
        is_problem(narrow.get(one), 404)
        is_problem(narrow.get(f"installation-deliveries/{sent}/"), 404)
        is_problem(narrow.post("installation-webhooks/", SENT), 403)
    is_problem(program(admin).get(f"webhooks/{body['id']}/"), 404)
    is_problem(program(admin, "webhooks:write", "webhooks:read").get(one), 403, "out_of_scope")
    assert program(admin).send("DELETE", one).status_code == 204
    assert not Delivery.objects.exists()


def test_nothing_is_changed_on_a_closed_engagement(job: Program, engagement: Engagement) -> None:
    one = f"webhooks/{made(job, engagement)['id']}/"
    closing = {"ending": "delivered", "words": "Done."}
    assert job.post(f"engagements/{engagement.pk}/close/", closing).status_code == 200
    for path in (f"{one}rotate/", f"{one}resume/", f"{one}test/"):
        is_problem(job.post(path), 409, "closed")
    is_problem(job.send("DELETE", one), 409, "closed")
    assert job.get(one).status_code == 200
