"""What the house keeps over the API: accounts, mails, learnings, staffing, and everything found by its words."""

import re

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.models import Role, User
from apps.api.models import Answer
from apps.audit.models import Event
from apps.delivery.models import Mail
from apps.engagements.models import MemberRole
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

from .calling import is_problem, program

pytestmark = pytest.mark.django_db
NEW = {"name": "Ines Rey", "email": "Ines@Example.com", "role": "fde"}


def test_somebody_is_let_in_by_a_link_that_is_told_once(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    admin = make_user(Role.ADMIN)
    job = program(admin)
    with django_capture_on_commit_callbacks(execute=True):
        made = job.post("people/", NEW, Idempotency_Key="k").json()
    assert (made["email"], made["role"], made["active"]) == ("ines@example.com", "fde", True)
    assert made["link"] in mail.outbox[0].body
    assert Client().get(re.sub(r"^https?://[^/]+", "", made["link"])).status_code in {200, 302}
    assert job.post("people/", NEW, Idempotency_Key="k").json()["link"] is None
    assert made["link"] not in str(list(Answer.objects.values()))
    assert job.get(f"people/{made['id']}/").json()["link"] is None
    assert is_problem(job.post("people/", NEW), 422)["errors"][0]["code"] == "email_taken"
    assert is_problem(job.post("people/", {**NEW, "email": "x"}), 422)["errors"][0]["field"] == "email"
    assert Event.objects.get(verb="created", subject_id=made["id"]).actor == admin


def test_roles_change_and_accounts_close_and_open() -> None:
    admin, tom = make_user(Role.ADMIN), make_user(name="Tom")
    job, one = program(admin), f"people/{tom.pk}/"
    first = job.get(one)
    changed = job.patch(one, {"role": "manager"}, If_Match=first["ETag"]).json()
    assert (changed["role"], changed["version"]) == ("manager", 2)
    is_problem(job.patch(one, {"role": "fde"}, If_Match=first["ETag"]), 412)
    assert job.post(f"{one}deactivate/").json()["active"] is False
    assert [row["id"] for row in job.get("people/?active=false").json()["results"]] == [str(tom.pk)]
    assert job.get(one, If_None_Match=first["ETag"]).status_code == 200
    assert job.post(f"{one}reactivate/").json()["active"] is True
    is_problem(job.post(f"people/{admin.pk}/deactivate/"), 409, "oneself")
    is_problem(job.patch(f"people/{admin.pk}/", {"role": "fde", "version": 1}), 409, "last_administrator")
    for other in (tom, make_user(Role.MANAGER), make_user(Role.CLIENT)):
        is_problem(program(other).get("people/"), 403)
    narrow, engagements = program(admin, limited_to=make_engagement()), program(make_engagement())
    for job in (narrow, engagements):
        is_problem(job.get(one), 404)
        is_problem(job.post("people/", NEW), 403)
    assert not User.objects.filter(email="ines@example.com").exists()


def test_the_log_of_mails_says_heads_alone() -> None:
    row = Mail.objects.create(to="a@example.com", kind="notices", subject="G-1", text="secret words", state="failed",
                              next_at=None, ended_at="2026-01-01T00:00Z")  # fmt: skip
    job = program(make_user(Role.ADMIN))
    assert "secret" not in job.get("mails/?state=failed").content.decode()
    assert job.post(f"mails/{row.pk}/retry/").json()["state"] == "queued"
    Mail.objects.update(state="sent", next_at=None, ended_at="2026-01-01T00:00Z")
    is_problem(job.post(f"mails/{row.pk}/retry/"), 409, "not_waiting")
    is_problem(program(make_user(Role.MANAGER)).get("mails/"), 403)
    is_problem(program(make_engagement()).get(f"mails/{row.pk}/"), 404)


def test_everything_is_found_by_its_words_as_far_as_one_sees_it() -> None:
    engagement = make_engagement()
    lead = make_member(engagement, MemberRole.LEAD).user
    client = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    risk = make_item(engagement, "risk", title="The replica lags", client_visible=True)
    make_item(engagement, "action", title="Ask about the replica")
    make_item(make_engagement(), "risk", title="Another replica")
    found = program(lead).get("items/?q=replica").json()["results"]
    assert {(row["title"], row["noun"]) for row in found} == {
        ("The replica lags", "raid"),
        ("Ask about the replica", "actions"),
    }
    assert [row["id"] for row in program(client).get("items/?q=replica").json()["results"]] == [str(risk.pk)]
    assert len(program(engagement).get("items/?q=replica&kind=risk").json()["results"]) == 1
    is_problem(program(lead, "log:read", "registers:read").get("items/"), 403, "out_of_scope")


def test_what_was_removed_is_brought_back_by_who_works_there() -> None:
    engagement = make_engagement()
    lead = make_member(engagement, MemberRole.LEAD).user
    client = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    item = make_item(engagement, "action", title="Call", client_visible=True)
    job, one = program(lead), f"items/{item.pk}/"
    assert job.send("DELETE", f"actions/{item.pk}/").status_code == 204
    assert job.get("items/?kind=action").json()["results"] == []
    [row] = job.get(f"engagements/{engagement.pk}/items/?removed=true").json()["results"]
    assert (row["id"], row["removed_at"] is None) == (str(item.pk), False)
    assert program(client).get("items/?removed=true&kind=action").json()["results"] == []
    is_problem(program(client).post(f"{one}restore/"), 403)
    is_problem(program(make_member(engagement, MemberRole.VIEWER).user).post(f"{one}restore/"), 403)
    is_problem(program(make_member(make_engagement()).user).post(f"{one}restore/"), 404)
    assert job.post(f"{one}restore/").json()["removed_at"] is None
    assert job.get(f"actions/{item.pk}/").status_code == 200
    assert Event.objects.get(verb="restored").actor == lead


def test_learnings_and_staffing_are_told_as_far_as_one_sees() -> None:
    engagement = make_engagement()
    lead = make_member(engagement, MemberRole.LEAD, user=make_user(name="Ana")).user
    make_item(engagement, "access_request", title="Replica", approver="data_owner", asked_on="2026-01-01")
    make_item(
        make_engagement(), "access_request", title="Other", approver="data_owner", asked_on="2026-01-01"
    )
    body = program(lead).get("learnings/").json()
    [took] = body["access"]
    assert (took["key"], took["figures"]["open"], took["figures"]["n"]) == ("data_owner", 1, 0)
    cases = program(lead).get("learnings/cases/?of=access&key=data_owner").json()
    assert [case["title"] for case in cases["results"]] == ["Replica"]
    is_problem(program(lead).get("learnings/cases/?of=access&key=security"), 404)
    is_problem(program(lead).get("learnings/cases/?of=nonsense&key=x"), 422)
    is_problem(program(lead).get("staffing/"), 403)
    manager = make_user(Role.MANAGER)
    rows = {row["person"]["name"]: row for row in program(manager).get("staffing/").json()["results"]}
    assert [place["engagement"] for place in rows["Ana"]["places"]] == [str(engagement.pk)]
    assert len(rows["Ana"]["weeks"]) == 6
    for path in ("learnings/", "staffing/", "learnings/cases/?of=access&key=data_owner"):
        is_problem(program(manager, limited_to=engagement).get(path), 403)
        is_problem(program(engagement).get(path), 403)
        is_problem(program(make_user(Role.CLIENT), "log:read").get(path), 403)


def test_who_can_be_added_is_told_to_who_may_add() -> None:
    engagement = make_engagement()
    lead, tom = make_member(engagement, MemberRole.LEAD).user, make_user(name="Tom")
    path = f"engagements/{engagement.pk}/members/addable/"
    found = {row["id"] for row in program(lead).get(path).json()["results"]}
    assert str(tom.pk) in found
    sent = {"person": str(tom.pk), "role": "viewer"}
    assert program(lead).post(f"engagements/{engagement.pk}/members/", sent).status_code == 201
    for other in (tom, engagement):
        is_problem(program(other).get(path), 403)
    is_problem(program(make_user()).get(path), 404)
