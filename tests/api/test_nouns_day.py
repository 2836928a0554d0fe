"""One's day, over the API: Today, health, saved views, the inbox."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.delivery.models import InboxEntry
from apps.engagements.models import Engagement, Kind, MemberRole
from apps.overview.models import HealthOverride
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    return make_user(Role.FDE)


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


def on(person: User, name: str) -> Engagement:
    engagement = make_engagement(name=name)
    make_member(engagement, MemberRole.LEAD, user=person)
    make_item(engagement, Kind.ENTRY)
    return engagement


def blocked(engagement: Engagement) -> str:
    return str(make_item(engagement, Kind.ENTRY, entry_kind="blocker", state="open", title="No VPN").pk)


def told(person: User, engagement: Engagement, text: str = "G-1 was decided") -> InboxEntry:
    return InboxEntry.objects.create(to=person, about="gate", engagement=engagement, text=text)


def test_today_is_ranked_with_reasons_and_what_is_due_to_oneself(lead: User, job: Program) -> None:
    on(lead, "calm")
    pressed = on(lead, "pressed")
    item = blocked(pressed)
    due = make_item(pressed, Kind.ACTION, owner=lead, title="Call *them*", due=timezone.localdate())
    on(make_user(Role.FDE), "somebody else's")
    body = job.get("today/").json()
    assert (body["day"], body["everybodys"], body["more"]) == (timezone.localdate().isoformat(), False, False)
    assert [place["name"] for place in body["places"]] == ["pressed", "calm"]
    first = body["places"][0]
    assert (first["engagement"], first["colour"], first["lead"]) == (str(pressed.pk), "amber", None)
    reason = first["reasons"][0]
    assert (reason["kind"], reason["level"], reason["item"]) == ("blocker", "amber", item)
    assert "No VPN" in reason["words"]
    (mine,) = body["due"]
    assert (mine["id"], mine["reference"], mine["overdue"]) == (str(due.pk), "A-1", False)
    assert job.get("today/?limit=1").json()["more"] is True
    is_problem(job.get("today/?limit=0"), 422, "fields")


def test_whoever_works_on_nothing_and_sees_all_is_told_what_needs_anybody(lead: User) -> None:
    blocked(on(lead, "pressed"))
    body = program(make_user(Role.MANAGER)).get("today/").json()
    assert (body["everybodys"], body["places"][0]["lead"]) == (True, lead.name)


def test_today_is_a_persons_and_of_what_their_token_reaches(lead: User) -> None:
    engagement, other = on(lead, "one"), on(lead, "other")
    make_item(other, Kind.ACTION, owner=lead, due=timezone.localdate())
    limited = program(lead, limited_to=engagement).get("today/").json()
    assert ([place["name"] for place in limited["places"]], limited["due"]) == (["one"], [])
    is_problem(program(engagement).get("today/"), 409, "needs_person")
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    is_problem(program(viewer, "log:read").get("today/"), 403)
    is_problem(program(lead, "log:read").get("today/"), 403, "out_of_scope")


def test_health_stands_at_the_engagements_id(lead: User, job: Program) -> None:
    calm, pressed = on(lead, "calm"), on(lead, "pressed")
    foreign = make_engagement()
    blocked(pressed)
    listed = job.get("health/").json()["results"]
    assert [(one["id"], one["name"]) for one in listed] == [
        (str(pressed.pk), "pressed"),
        (str(calm.pk), "calm"),
    ]
    before = job.get(f"health/{pressed.pk}/")
    body = before.json()
    assert (body["colour"], body["computed"], body["blockers"], body["lead"]) == (
        "amber",
        "amber",
        1,
        lead.name,
    )
    assert body["reasons"] == ["blocked since today: No VPN"]
    assert body["override"] is None
    assert [one["name"] for one in job.get("health/?colour=amber").json()["results"]] == ["pressed"]
    make_item(pressed, Kind.ENTRY, entry_kind="blocker", state="open", title="No data")
    after = job.get(f"health/{pressed.pk}/", If_None_Match=before["ETag"])
    assert (after.status_code, after.json()["blockers"]) == (200, 2)
    assert program(pressed).get(f"health/{pressed.pk}/").json()["colour"] == "amber"
    for asker in (job, program(pressed), program(lead, limited_to=pressed)):
        is_problem(asker.get(f"health/{foreign.pk}/"), 404)


def test_managers_override_health_and_nobody_else(lead: User, job: Program) -> None:
    engagement = on(lead, "work")
    path, until = f"health/{engagement.pk}/override/", timezone.localdate() + timedelta(days=7)
    said = {"colour": "green", "reason": "The client knows.", "until": until.isoformat()}
    for asker in (job, program(engagement)):
        is_problem(asker.post(path, said), 403)
    manager = program(make_user(Role.MANAGER))
    for wrong in ({"colour": "unrated"}, {"reason": ""}, {"until": "2001-01-01"}, {"until": "2999-01-01"}):
        is_problem(manager.post(path, {**said, **wrong}), 422)
    shown = manager.post(path, said).json()
    assert (shown["colour"], shown["computed"]) == ("green", "unrated")
    assert shown["override"] == {"reason": "The client knows.", "until": until.isoformat()}
    ended = manager.post(f"health/{engagement.pk}/end-override/").json()
    assert (ended["colour"], ended["override"]) == ("unrated", None)
    assert HealthOverride.objects.count() == 1


def test_saved_views_are_ones_own(lead: User, job: Program) -> None:
    made = job.post("saved-views/", {"name": "Mine", "query": "health=red&nonsense=1"}).json()
    assert (made["name"], made["query"]) == ("Mine", "health=red")
    assert [one["id"] for one in job.get("saved-views/").json()["results"]] == [made["id"]]
    other = program(make_user(Role.FDE))
    assert other.get("saved-views/").json()["results"] == []
    is_problem(other.send("DELETE", f"saved-views/{made['id']}/"), 404)
    is_problem(program(on(lead, "work")).post("saved-views/", {"name": "x"}), 403)
    assert job.send("DELETE", f"saved-views/{made['id']}/").status_code == 204


def test_an_inbox_is_ones_own_and_is_read(lead: User, job: Program) -> None:
    engagement, other = on(lead, "one"), on(lead, "other")
    InboxEntry.objects.all().delete()
    entry, second = told(lead, engagement), told(lead, other, "G-2 was decided")
    told(make_user(), engagement)
    assert {one["id"] for one in job.get("inbox/").json()["results"]} == {str(entry.pk), str(second.pk)}
    read = job.post(f"inbox/{entry.pk}/read/").json()
    assert (read["text"], read["about"], read["read_at"] is None) == ("G-1 was decided", "gate", False)
    assert [one["id"] for one in job.get("inbox/?unread=true").json()["results"]] == [str(second.pk)]
    assert job.post(f"inbox/{entry.pk}/unread/").json()["read_at"] is None
    limited = program(lead, limited_to=engagement)
    assert [one["id"] for one in limited.get("inbox/").json()["results"]] == [str(entry.pk)]
    for asker in (limited, program(make_user()), program(other)):
        is_problem(asker.post(f"inbox/{second.pk}/read/"), 404)
    assert program(engagement).get("inbox/").json()["results"] == []


def test_a_client_viewer_reads_their_own_inbox(lead: User) -> None:
    engagement = on(lead, "work")
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    entry = told(viewer, engagement)
    assert program(viewer).post(f"inbox/{entry.pk}/read/").json()["read_at"]
