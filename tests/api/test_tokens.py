"""Who may do what with which token, and how soon a right that has ended has ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.accounts import services as accounts
from apps.accounts.models import Attempt, Role, User
from apps.audit.models import Event
from apps.engagements import services as engagements
from apps.engagements.models import Engagement, LogEntry, MemberRole
from apps.tokens import services
from apps.tokens.models import Token
from apps.tokens.rules import text
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.tokens import bearer, every, make_token

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


def holders(engagement: Engagement) -> dict[str, Any]:
    return {
        "admin": make_user(Role.ADMIN),
        "manager": make_user(Role.MANAGER),
        "lead": make_member(engagement, MemberRole.LEAD).user,
        "engineer": make_member(engagement, MemberRole.ENGINEER).user,
        "viewer": make_member(engagement, MemberRole.VIEWER).user,
        "client": make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user,
        "foreign": make_member(make_engagement(), MemberRole.LEAD).user,
        "engagement": engagement,
        "foreign engagement": make_engagement(),
    }


WRITERS = {"admin", "manager", "lead", "engineer", "engagement"}
OUTSIDE = {"foreign", "foreign engagement"}


def requests(engagement: Engagement, entry: LogEntry) -> dict[str, tuple[str, Callable[[Program], Any]]]:
    """What is asked → the scope it needs, and how it is asked."""
    log = f"engagements/{engagement.pk}/log/"
    return {
        "see": ("engagements:read", lambda it: it.get(f"engagements/{engagement.pk}/")),
        "read": ("log:read", lambda it: it.get(log)),
        "read one": ("log:read", lambda it: it.get(f"log/{entry.pk}/")),
        "write": ("log:write", lambda it: it.post(log, {"line": "Called the bank"})),
        "write fields": ("log:write", lambda it: it.post(log, {"text": "Called the bank"})),
        "correct": ("log:write", lambda it: it.patch(f"log/{entry.pk}/", {"text": "Now"}, If_Match="*")),
    }


def expected(holder: str, what: str, scope_is_there: bool) -> int:
    if not scope_is_there:
        return 403
    if holder in OUTSIDE:
        return 404
    if what.startswith(("write", "correct")):
        return (200 if what == "correct" else 201) if holder in WRITERS else 403
    return 200


def test_every_role_with_every_scope_gets_what_it_may_and_nothing_else(engagement: Engagement) -> None:
    wrong = []
    for name, holder in holders(engagement).items():
        offered = every(holder.role if isinstance(holder, User) else None)
        for scope in offered:
            entry = make_item(engagement, "entry", client_visible=True)
            for what, (needed, ask) in requests(engagement, entry).items():
                answer = ask(program(holder, scope))
                if answer.status_code != expected(name, what, needed == scope):
                    wrong.append((name, scope, what, answer.status_code, answer.content))
    assert wrong == []


def test_a_missing_scope_is_named_and_nothing_is_looked_up(engagement: Engagement) -> None:
    reader = program(make_user(), "engagements:read")
    for pk in (engagement.pk, uuid4()):
        answer = reader.get(f"engagements/{pk}/log/")
        assert "log:read" in is_problem(answer, 403, "out_of_scope")["detail"]
        assert (
            answer["WWW-Authenticate"]
            == 'Bearer realm="fieldwork", error="insufficient_scope", scope="log:read"'
        )


def test_what_is_foreign_looks_like_what_does_not_exist(engagement: Engagement) -> None:
    entry = make_item(engagement, "entry")
    for holder in (make_member(make_engagement()).user, make_engagement()):
        stranger = program(holder)
        for theirs, nothing in (
            (f"engagements/{engagement.pk}/", f"engagements/{uuid4()}/"),
            (f"engagements/{engagement.pk}/log/", f"engagements/{uuid4()}/log/"),
            (f"log/{entry.pk}/", f"log/{uuid4()}/"),
        ):
            assert is_problem(stranger.get(theirs), 404) == is_problem(stranger.get(nothing), 404)
        assert str(engagement.pk) not in stranger.get("engagements/").content.decode()


def test_a_token_of_one_engagement_reaches_no_other_of_its_persons(engagement: Engagement) -> None:
    person = make_member(engagement).user
    other = make_member(make_engagement(), user=person).engagement
    limited = program(person, limited_to=engagement)
    assert [one["id"] for one in limited.get("engagements/").json()["results"]] == [str(engagement.pk)]
    assert limited.get(f"engagements/{engagement.pk}/log/").status_code == 200
    is_problem(limited.get(f"engagements/{other.pk}/log/"), 404)
    is_problem(limited.post(f"engagements/{other.pk}/log/", {"line": "x"}), 404)
    is_problem(limited.get(f"log/{make_item(other, 'entry').pk}/"), 404)


def test_client_viewers_read_what_the_client_sees_and_not_through_which_token(engagement: Engagement) -> None:
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    hidden, shown = make_item(engagement, "entry"), make_item(engagement, "entry", client_visible=True)
    program(engagement).post(
        f"engagements/{engagement.pk}/log/", {"text": "By a job", "client_visible": True}
    )
    reading = program(viewer)
    found = reading.get(f"engagements/{engagement.pk}/log/").json()["results"]
    assert {one["title"] for one in found} == {shown.title, "By a job"}
    assert {one["via"] for one in found} == {None}
    is_problem(reading.get(f"log/{hidden.pk}/"), 404)
    assert reading.get(f"engagements/{engagement.pk}/log/?q={hidden.title}").json()["results"] != [
        hidden.title
    ]


def fails_with(issued: services.Issued, code: str) -> None:
    answer = Program(issued).get("token/")
    is_problem(answer, 401, code)
    assert answer["WWW-Authenticate"] == 'Bearer realm="fieldwork", error="invalid_token"'
    assert issued.text not in answer.content.decode()


def test_a_revoked_token_is_refused_with_the_next_request(engagement: Engagement) -> None:
    issued = make_token(engagement)
    assert Program(issued).get("token/").status_code == 200
    services.revoke(by=None, token=issued.token)
    fails_with(issued, "token_revoked")


def test_an_expired_token_is_refused(engagement: Engagement) -> None:
    issued = make_token(engagement)
    Token.objects.update(expires_at=timezone.now())
    fails_with(issued, "token_expired")


def test_a_deactivated_persons_token_is_refused_at_once() -> None:
    person = make_user()
    issued = make_token(person)
    assert Program(issued).get("token/").status_code == 200
    admin = make_user(Role.ADMIN)
    accounts.deactivate(by=admin, user=person)
    fails_with(issued, "token_revoked")
    accounts.reactivate(by=admin, user=person)
    fails_with(issued, "token_revoked")


def test_an_ended_membership_and_another_role_count_at_once(engagement: Engagement) -> None:
    member = make_member(engagement, MemberRole.LEAD)
    holder, log = program(member.user), f"engagements/{engagement.pk}/log/"
    assert holder.post(log, {"line": "one"}).status_code == 201
    engagements.change_member_role(by=None, member=member, role=MemberRole.VIEWER)
    is_problem(holder.post(log, {"line": "two"}), 403)
    accounts.change_role(by=None, user=member.user, role=Role.CLIENT)
    assert holder.get(log).json()["results"] == []
    engagements.remove_member(by=None, member=member)
    is_problem(holder.get(log), 404)


def test_a_wrong_secret_says_no_more_than_an_unknown_token() -> None:
    issued = make_token(make_user())
    services.revoke(by=None, token=issued.token)
    wrong = text.compose(issued.token.public, "0" * 43)
    nobody = text.compose("0" * 12, "0" * 43)
    answers = [Program().get("token/", Authorization=f"Bearer {one}") for one in (wrong, nobody, "fw_typo")]
    assert len({answer.content for answer in answers}) == 1
    is_problem(answers[0], 401, "token_unknown")


SHOWN = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=300)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SHOWN | SHOWN.map(lambda said: f"fw_{said}"))
@example("")
@example("fw_" + "0" * 12 + "_" + "0" * 49)
@example("é" * 65)
@example("fw_" * 5000)
def test_whatever_is_shown_as_a_token_is_refused_and_never_fails(db: None, shown: str) -> None:
    Attempt.objects.all().delete()
    answer = Program().get("token/", Authorization=f"Bearer {shown}")
    is_problem(answer, 401, "token_unknown")
    assert answer["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("header", ["", "Basic eDp5", "Token abc", "Bearerfw_x"])
def test_without_a_token_one_is_asked_for(header: str) -> None:
    answer = Program().get("token/", **({"Authorization": header} if header else {}))
    is_problem(answer, 401, "not_authenticated" if not header.startswith("Bearer") else "")
    assert answer["WWW-Authenticate"].startswith('Bearer realm="fieldwork"')


def test_a_token_counts_nowhere_but_in_the_header() -> None:
    issued = make_token(make_user(Role.ADMIN))
    is_problem(Program().get(f"token/?token={issued.text}&access_token={issued.text}"), 401)
    answer = Client(headers=bearer(issued)).get("/engagements/")
    assert answer["Location"].startswith("/sign-in/")


def test_wrong_tokens_are_bounded_and_right_ones_from_the_same_place_are_not(engagement: Engagement) -> None:
    issued = make_token(engagement)
    wrong = Program()
    wrong.headers = {"Authorization": "Bearer fw_wrong"}
    statuses = [wrong.get("token/").status_code for _ in range(32)]
    assert statuses == [401] * 30 + [429] * 2
    answer = wrong.get("token/")
    assert is_problem(answer, 429, "too_many_attempts")
    assert int(answer["Retry-After"]) > 0
    assert Program(issued).get("token/").status_code == 200
    assert Attempt.objects.count() == 30


def test_a_wrong_token_is_not_saved_by_a_session() -> None:
    signed_in = Program(browser=make_user())
    assert signed_in.get("engagements/").status_code == 200
    is_problem(signed_in.get("engagements/", Authorization="Bearer fw_wrong"), 401, "token_unknown")


def test_a_browser_writes_only_with_its_form_token(engagement: Engagement) -> None:
    person = make_member(engagement).user
    browser = Program(browser=person)
    browser.client.handler.enforce_csrf_checks = True
    log = f"engagements/{engagement.pk}/log/"
    is_problem(browser.post(log, {"line": "forged"}), 403, "csrf")
    assert not LogEntry.objects.exists()
    browser.client.get("/profile/")
    form = browser.client.cookies[settings.CSRF_COOKIE_NAME].value
    assert browser.post(log, {"line": "meant"}, X_CSRFToken=form).status_code == 201
    program(person).client.handler.enforce_csrf_checks = True
    assert program(person).post(log, {"line": "by token"}).status_code == 201


def test_what_a_token_writes_names_it_in_the_audit_trail_and_in_the_answer(engagement: Engagement) -> None:
    person = make_member(engagement).user
    log = f"engagements/{engagement.pk}/log/"
    for holder in (person, engagement):
        issued = make_token(holder, name=f"job of {type(holder).__name__}")
        entry = Program(issued).post(log, {"line": "Called the bank"}).json()
        event = Event.objects.get(subject_id=entry["id"], verb="written")
        assert event.data["token"] == str(issued.token.pk)
        assert entry["via"] == event.data["via"] == f"token {issued.token.name}"
        if holder is person:
            assert (entry["author"], event.actor) == (person.name, person)
            assert event.who == f"{person.name} via token job of User"
        else:
            assert (entry["author"], event.actor) == (None, None)
            assert event.who == "token job of Engagement"
        assert issued.text not in str(event.data)


def test_what_is_done_after_a_token_names_none(engagement: Engagement) -> None:
    program(engagement).post(f"engagements/{engagement.pk}/log/", {"line": "By token"})
    item = make_item(engagement, "entry")
    assert "token" not in Event.objects.get(subject_id=item.pk, verb="written").data


def test_the_token_tells_what_it_is(engagement: Engagement) -> None:
    person = make_member(engagement).user
    own = program(person, "log:read", name="laptop").get("token/").json()
    assert (own["name"], own["scopes"], own["person"], own["engagement"]) == (
        "laptop",
        ["log:read"],
        person.name,
        None,
    )
    limited = program(person, limited_to=engagement).get("token/").json()
    shared = program(engagement, "log:write").get("token/").json()
    assert limited["engagement"]["id"] == shared["engagement"]["id"] == str(engagement.pk)
    assert shared["person"] is None
    is_problem(Program(browser=person).get("token/"), 404, "no_token")


def test_a_use_is_seen_on_the_token(engagement: Engagement) -> None:
    issued = make_token(engagement)
    Program(issued).get("token/")
    token = Token.objects.get(pk=issued.token.pk)
    assert token.used_from == "127.0.0.0/24"
    assert timezone.now() - token.used_at < timedelta(minutes=1)  # type: ignore[operator]


def test_behind_a_trusted_proxy_wrong_tokens_are_counted_by_where_they_come_from(
    engagement: Engagement, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    wrong = make_token(engagement).text[:-1] + "x"

    def ask(address: str, text: str = wrong) -> int:
        headers = {"Authorization": f"Bearer {text}", "X-Forwarded-For": f"6.6.6.6, {address}"}
        return int(Client().get("/api/v1/token/", headers=headers).status_code)

    assert {ask("192.0.2.7") for _ in range(40)} == {401, 429}
    assert ask("192.0.2.8") == 401, "a neighbour behind the same proxy"
    good = make_token(engagement)
    assert ask("192.0.2.9", good.text) == 200
    assert Token.objects.get(pk=good.token.pk).used_from == "192.0.2.0/24"
