"""Sites over the API: added, known by their keys, let go and taken back, by those who may on their pages."""

import json

import pytest

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.dataplane.contract import envelope
from apps.dispatch.models import Job, Site
from apps.engagements.models import Engagement, MemberRole
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.acting import ActedSite, acted
from tests.factories.world import objects_of

from .calling import Program, is_problem, program

__all__ = ["acted"]  # the fixture
pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def manager(db: None) -> User:
    return make_user(Role.MANAGER)


@pytest.fixture
def job(manager: User) -> Program:
    return program(manager)


def test_a_site_is_added_set_up_let_go_and_taken_back(
    job: Program, manager: User, engagement: Engagement
) -> None:
    sent = {"client": str(engagement.client_id), "name": "data centre"}
    made = job.post("sites/", sent)
    body = made.json()
    path = f"sites/{body['id']}/"
    assert (made.status_code, made["Location"]) == (201, f"/api/v1/{path}")
    assert (body["state"], body["introduced"], body["failures"], body["roots"]) == ("new", False, [], 0)
    assert f"--id {body['id']}" in body["setup"]["init"]
    key = envelope.public_text(envelope.new_key())
    known = job.post(f"{path}introduce/", {"public_key": key}).json()
    assert known["introduced"] is True
    assert Site.objects.get().public_key == key
    assert job.post(f"{path}deactivate/").json()["state"] == "inactive"
    assert Site.objects.get().active is False
    assert job.post(f"{path}activate/").json()["active"] is True
    verbs = Event.objects.filter(subject_id=body["id"], actor=manager, data__has_key="via")
    assert set(verbs.values_list("verb", flat=True)) == {"enrolled", "introduced", "deactivated", "activated"}
    for wrong, field in (
        (sent, "name"),
        ({**sent, "name": " "}, "name"),
        ({**sent, "client": str(engagement.pk)}, "client"),
        ({"name": "x"}, "client"),
        ({**sent, "name": "x", "level": "full"}, "level"),
    ):
        assert is_problem(job.post("sites/", wrong), 422)["errors"][0]["field"] == field, wrong
    assert Site.objects.count() == 1
    assert job.get("sites/?q=centre").json()["results"][0]["id"] == body["id"]
    assert job.get("sites/?q=elsewhere").json()["results"] == []


def test_the_private_half_of_a_key_is_neither_kept_nor_told_again(
    job: Program, engagement: Engagement
) -> None:
    site = Site.objects.create(name="theirs", client=engagement.client)
    private = json.dumps(envelope.new_key().as_dict(private=True))
    for wrong in (private, "x", "{", ""):
        answer = job.post(f"sites/{site.pk}/introduce/", {"public_key": wrong})
        assert is_problem(answer, 422)["errors"][0]["field"] == "public_key"
        assert json.loads(private)["d"] not in answer.content.decode()
    site.refresh_from_db()
    assert site.public_key == ""


def test_only_who_manages_sites_changes_one(manager: User, engagement: Engagement) -> None:
    site = Site.objects.create(name="theirs", client=engagement.client, public_key="old")
    lead = make_member(engagement, MemberRole.LEAD).user
    client = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    key = envelope.public_text(envelope.new_key())
    sent = {"introduce": {"public_key": key}, "deactivate": {}, "activate": {}}
    askers = (
        program(lead),
        program(client),
        program(engagement),
        program(manager, limited_to=engagement),
        program(manager, "data:read", "data:write"),
    )
    for asker in askers:
        for verb, body in sent.items():
            is_problem(asker.post(f"sites/{site.pk}/{verb}/", body), 403)
        is_problem(asker.post("sites/", {"client": str(engagement.client_id), "name": "new"}), 403)
    for asker in (program(lead), program(engagement), program(manager, limited_to=engagement)):
        assert asker.get(f"sites/{site.pk}/").json()["setup"] is None
    foreign = Site.objects.create(name="foreign", client=make_client())
    is_problem(program(manager, limited_to=engagement).post(f"sites/{foreign.pk}/deactivate/"), 404)
    site.refresh_from_db()
    assert (site.public_key, site.active, Site.objects.count()) == ("old", True, 2)


def test_what_its_policy_says_and_what_has_failed_there(job: Program, acted: ActedSite) -> None:
    objects_of(make_engagement())
    Site.objects.filter(pk=acted.site.pk).update(bounds={"minimum_group": 10}, boot="boot-1")
    job_row = Job.objects.first()
    assert job_row
    job_row.plan.site = acted.site
    job_row.plan.save()
    Job.objects.filter(pk=job_row.pk).update(
        state="failed", failure={"code": "source_ragged"}, finished_at=acted.site.created_at
    )
    seen = job.get(f"sites/{acted.site.pk}/").json()
    assert (seen["bounds"], seen["roots"], seen["boot"], seen["setup"]) == (
        {"minimum_group": 10},
        1,
        "boot-1",
        None,
    )
    (failure,) = seen["failures"]
    assert (failure["code"], failure["number"], failure["text"] != "") == ("source_ragged", 1, True)
