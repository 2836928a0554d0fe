"""What somebody reads and chooses about themselves: inbox, notices, mutes, tokens."""

import pytest
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.delivery.models import InboxEntry, Mute
from apps.tokens.models import Token
from tests.delivery.told import anybody
from tests.factories import make_engagement, make_member, make_user
from tests.factories.tokens import make_token

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


def test_a_token_says_whose_it_is() -> None:
    tom = make_user(name="Tom")
    said = program(tom, "log:read").get("token/").json()
    assert (said["person"], said["person_id"]) == ("Tom", str(tom.pk))
    assert program(make_engagement()).get("token/").json()["person_id"] is None


def test_all_that_was_looked_at_is_read_at_once() -> None:
    engagement, other = make_engagement(), make_engagement()
    tom = make_user(Role.ADMIN)
    looked = timezone.now()
    for place, about in ((engagement, "gate"), (engagement, "due"), (other, "gate")):
        InboxEntry.objects.create(to=tom, engagement=place, about=about, text="x", at=looked)
    later = InboxEntry.objects.create(
        to=tom, engagement=engagement, about="gate", text="x", at=timezone.now()
    )
    others = InboxEntry.objects.create(
        to=make_user(Role.ADMIN), engagement=engagement, about="gate", text="x", at=looked
    )
    until = looked.isoformat()
    narrow = program(tom, limited_to=engagement)
    assert narrow.post("inbox/read-all/", {"until": until, "about": "gate"}).json() == {"marked": 1}
    assert narrow.post("inbox/read-all/", {"until": until}).json() == {"marked": 1}
    assert program(tom).post("inbox/read-all/", {"until": until}).json() == {"marked": 1}
    unread = set(InboxEntry.objects.filter(read_at=None))
    assert unread == {later, others}
    assert is_problem(program(tom).post("inbox/read-all/", {}), 422)["errors"][0]["field"] == "until"
    is_problem(program(tom).post("inbox/read-all/", {"until": until, "about": "x"}), 422)
    is_problem(program(tom, "inbox:read").post("inbox/read-all/", {"until": until}), 403, "out_of_scope")
    is_problem(program(engagement).post("inbox/read-all/", {"until": until}), 409, "needs_person")


def test_one_chooses_what_one_is_told_of() -> None:
    tom = make_user()
    job = program(tom)
    before = {one["about"]: one for one in job.get("notices/").json()["notices"]}
    assert (before["comment"]["inbox"], before["comment"]["email"], before["due"]["email"]) == (
        True,
        False,
        True,
    )
    sent = {"notices": [{"about": "due", "email": False}, {"about": "comment", "email": True}]}
    after = {one["about"]: one for one in job.send("PATCH", "notices/", sent).json()["notices"]}
    assert (after["due"]["email"], after["due"]["inbox"], after["comment"]["email"]) == (False, True, True)
    event = Event.objects.get(verb="notices chosen")
    assert (event.actor, event.data["via"][:6]) == (tom, "token ")
    wrong = is_problem(job.patch("notices/", {"notices": [{"about": "weather"}]}), 422)
    assert wrong["errors"][0]["field"] == "notices.0.about"
    client = program(make_user(Role.CLIENT))
    assert "webhook" not in {one["about"] for one in client.get("notices/").json()["notices"]}
    refused = is_problem(client.patch("notices/", {"notices": [{"about": "webhook", "inbox": False}]}), 422)
    assert refused["errors"][0]["field"] == "about"
    is_problem(program(tom, "notices:read").patch("notices/", sent), 403, "out_of_scope")
    engagement = make_engagement()
    is_problem(program(make_user(Role.ADMIN), limited_to=engagement).patch("notices/", sent), 403)
    is_problem(program(engagement).get("notices/"), 409, "needs_person")


def test_an_engagement_is_muted_and_speaks_again() -> None:
    engagement, other = make_engagement(), make_engagement()
    tom = anybody(engagement)
    job, path = program(tom), f"engagements/{engagement.pk}/mutes/"
    made = job.post(path)
    assert (made.status_code, made.json()["engagement"]) == (201, str(engagement.pk))
    assert job.post(path).json()["id"] == made.json()["id"]
    is_problem(job.post(f"engagements/{other.pk}/mutes/"), 404)
    is_problem(program(make_member(engagement).user).get(f"mutes/{made.json()['id']}/"), 404)
    is_problem(program(engagement).post(path), 403)
    assert job.send("DELETE", f"mutes/{made.json()['id']}/").status_code == 204
    assert not Mute.objects.exists()
    assert {event.verb for event in Event.objects.filter(subject_id=tom.pk, actor=tom)} == {
        "notices muted",
        "notices unmuted",
    }


def test_tokens_are_seen_and_revoked_and_never_made() -> None:
    engagement, other = make_engagement(), make_engagement()
    lead = make_member(engagement, "lead").user
    own, theirs = make_token(lead), make_token(engagement)
    job = Program(own)
    foreign, neighbours = make_token(other), make_token(make_member(engagement).user)
    seen = {row["id"]: row for row in job.get("tokens/").json()["results"]}
    assert seen.keys() == {str(own.token.pk), str(theirs.token.pk)}
    assert own.text not in str(seen)
    assert "digest" not in str(seen)
    is_problem(job.post("tokens/", {"name": "more", "scopes": ["log:read"]}), 405)
    for one in (foreign, neighbours):
        is_problem(job.post(f"tokens/{one.token.pk}/revoke/"), 404)
    engineer = program(make_member(engagement, "engineer").user)
    is_problem(engineer.post(f"tokens/{theirs.token.pk}/revoke/"), 403)
    assert job.post(f"tokens/{theirs.token.pk}/revoke/").json()["state"] == "revoked"
    of_engagement = program(engagement)
    assert {row["engagement"] for row in of_engagement.get("tokens/").json()["results"]} == {
        str(engagement.pk)
    }
    is_problem(of_engagement.post(f"tokens/{theirs.token.pk}/revoke/"), 403)
    narrow = program(make_user(Role.ADMIN), limited_to=other)
    assert str(foreign.token.pk) in str(narrow.get("tokens/").json())
    assert str(own.token.pk) not in str(narrow.get("tokens/").json())
    admin = program(make_user(Role.ADMIN))
    assert admin.post(f"tokens/{own.token.pk}/revoke/").json()["state"] == "revoked"
    is_problem(job.get("token/"), 401)
    assert Token.objects.exclude(revoked_at=None).count() == 2
