"""Making, recognising, using and revoking tokens."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps as registry
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import MemberRole
from apps.engagements.services.removal import remove_engagement
from apps.tokens import selectors, services
from apps.tokens.models import Token
from apps.tokens.rules import terms, text
from tests.factories import make_engagement, make_member, make_user
from tests.factories.tokens import make_token

pytestmark = pytest.mark.django_db


def test_nothing_that_is_kept_gives_the_token_away() -> None:
    issued = make_token(make_user())
    secret = text.parse(issued.text).secret  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        for table in ("tokens_token", "audit_event"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} AS t")
            assert all(secret not in row and issued.text not in row for (row,) in cursor.fetchall())
    assert secret not in repr(issued)
    assert secret not in str(issued)
    assert issued.token.digest == terms.digest_of(secret)


def test_no_two_tokens_are_alike() -> None:
    person = make_user()
    texts = {make_token(person).text for _ in range(20)}
    assert len(texts) == len({one[:15] for one in texts}) == 20


def test_a_token_is_recognised_by_its_secret_alone() -> None:
    issued, other = make_token(make_user()), make_token(make_user())
    assert selectors.recognise(issued.text) == issued.token
    mixed = text.compose(issued.token.public, text.parse(other.text).secret)  # type: ignore[union-attr]
    assert selectors.recognise(mixed) is None
    assert selectors.recognise(text.compose("0" * 12, "0" * 43)) is None


def test_what_is_no_token_is_never_looked_up() -> None:
    issued = make_token(make_user())
    with CaptureQueriesContext(connection) as caught:
        for wrong in (
            "",
            "fw_",
            issued.text[:-1],
            issued.text + "x",
            issued.text.swapcase(),
            "\0",
            "fw_" * 999,
        ):
            assert selectors.recognise(wrong) is None
    assert len(caught) == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["log:read", "log:delete"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": -7}, "days"),
        ({"days": 366}, "days"),
        ({"days": 36500}, "days"),
    ],
)
def test_an_unfit_token_is_refused_at_its_field(changed: dict, field: str) -> None:
    person, engagement = make_user(), make_engagement()
    said = {"name": "laptop", "scopes": ["log:read"], "days": 90, **changed}
    for make in (
        lambda: services.issue_own(by=person, **said),
        lambda: services.issue_for_engagement(by=person, engagement=engagement, **said),
    ):
        with pytest.raises(Refused) as refused:
            make()
        assert refused.value.field == field
    assert not Token.objects.exists()


def test_a_name_is_taken_until_its_token_is_revoked() -> None:
    person = make_user()
    first = make_token(person, name="laptop").token
    with pytest.raises(Refused, match="laptop already"):
        make_token(person, name=" laptop ")
    make_token(make_user(), name="laptop")
    make_token(make_engagement(), name="laptop")
    services.revoke(by=person, token=first)
    make_token(person, name="laptop")


def test_a_token_is_not_limited_to_what_its_person_does_not_see() -> None:
    person, engagement = make_user(), make_engagement()
    with pytest.raises(Refused) as refused:
        make_token(person, limited_to=engagement)
    assert refused.value.field == "limited_to"


def test_a_client_viewer_may_not_ask_for_a_scope_that_is_not_offered_to_them() -> None:
    viewer = make_member(make_engagement(), MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    with pytest.raises(Refused, match="log:write is not offered"):
        make_token(viewer, "log:write")
    make_token(viewer, "log:read")


@pytest.mark.parametrize("both", [True, False])
def test_the_database_refuses_a_token_of_both_or_of_neither(both: bool) -> None:
    token = make_token(make_user()).token
    with pytest.raises(IntegrityError, match="token_of_a_person_or_an_engagement"), transaction.atomic():
        Token.objects.filter(pk=token.pk).update(
            engagement=make_engagement() if both else None, user=token.user if both else None
        )


def test_the_database_refuses_what_no_token_may_be() -> None:
    token, other = make_token(make_engagement()).token, make_engagement()
    for name, change in {
        "token_limited_when_a_persons": {"limited_to": other},
        "token_expires_within_a_year": {"expires_at": timezone.now() + timedelta(days=367)},
        "token_is_good_for_something": {"scopes": []},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Token.objects.filter(pk=token.pk).update(**change)


def test_a_year_is_the_longest_and_ninety_days_the_usual() -> None:
    person = make_user()
    assert make_token(person, days=365).token.expires_at <= timezone.now() + timedelta(days=365)
    usual = services.issue_own(by=person, name="usual", scopes=["log:read"]).token
    assert usual.expires_at - usual.created_at == timedelta(days=90)


def test_a_revoked_token_is_kept_and_stays_revoked() -> None:
    person = make_user()
    token = make_token(person).token
    services.revoke(by=person, token=token)
    first = Token.objects.get(pk=token.pk).revoked_at
    services.revoke(by=make_user(Role.ADMIN), token=token)
    kept = Token.objects.get(pk=token.pk)
    assert (kept.state, kept.revoked_at, kept.revoked_by) == ("revoked", first, person)
    assert Event.objects.filter(subject_id=token.pk, verb="revoked").count() == 1


def test_making_and_revoking_are_audited_with_what_the_token_may() -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    token = services.issue_for_engagement(
        by=lead.user, engagement=lead.engagement, name="nightly", scopes=["log:read"]
    ).token
    services.revoke(by=lead.user, token=token)
    events = Event.objects.filter(subject_id=token.pk).order_by("at")
    assert [(one.verb, one.actor, one.engagement_id) for one in events] == [
        ("made", lead.user, lead.engagement_id),
        ("revoked", lead.user, lead.engagement_id),
    ]
    assert events[0].data["scopes"] == ["log:read"]


def test_closing_an_account_revokes_its_tokens_for_good_and_nobody_elses() -> None:
    person, admin = make_user(), make_user(Role.ADMIN)
    token, works = make_token(person).token, make_token(admin).token
    accounts.deactivate(by=admin, user=person)
    accounts.reactivate(by=admin, user=person)
    revoked = Token.objects.get(pk=token.pk)
    assert (revoked.state, revoked.revoked_by) == ("revoked", admin)
    assert list(selectors.every_token(state="revoked")) == [token]
    event = Event.objects.get(subject_id=token.pk, verb="revoked")
    assert (event.actor, event.data["name"]) == (admin, token.name)
    assert Token.objects.get(pk=works.pk).state == "active"


def test_nobody_makes_a_token_whose_account_was_closed_meanwhile() -> None:
    person = make_user()
    accounts.deactivate(by=make_user(Role.ADMIN), user=person)
    person.is_active = True  # as their request still has it
    with pytest.raises(Refused, match="closed meanwhile"):
        make_token(person)


def test_tokens_of_accounts_that_were_closed_before_are_revoked_by_the_upgrade() -> None:
    left, there = make_token(make_user()).token, make_token(make_user()).token
    User.objects.filter(pk=left.user_id).update(is_active=False)
    module = import_module("apps.tokens.migrations.0002_revoke_those_of_closed_accounts")
    with connection.schema_editor() as editor:
        module.revoke(registry, editor)
    assert Token.objects.get(pk=left.pk).state == "revoked"
    assert Token.objects.get(pk=there.pk).state == "active"
    assert Event.objects.filter(subject_id=left.pk, verb="revoked").count() == 1


def test_tokens_that_work_come_first() -> None:
    person, admin = make_user(), make_user(Role.ADMIN)
    works = make_token(admin).token
    make_token(person, name="newest")
    accounts.deactivate(by=admin, user=person)
    assert next(iter(selectors.every_token())) == works


def test_last_use_is_written_at_most_once_a_minute() -> None:
    token = make_token(make_user()).token
    services.note_use(token=token, address="192.0.2.9")
    first = Token.objects.get(pk=token.pk)
    assert first.used_from == "192.0.2.0/24"
    with CaptureQueriesContext(connection) as caught:
        services.note_use(token=first, address="198.51.100.1")
    assert len(caught) == 0
    stale = Token.objects.get(pk=token.pk)
    stale.used_at = None  # looked up before somebody else wrote
    services.note_use(token=stale, address="198.51.100.1")
    assert Token.objects.get(pk=token.pk).used_from == "192.0.2.0/24"


def test_what_rests_on_an_engagement_goes_with_it() -> None:
    engagement, admin = make_engagement(), make_user(Role.ADMIN)
    make_token(engagement)
    make_token(admin, limited_to=engagement)
    kept = make_token(admin).token
    remove_engagement(by=admin, engagement=engagement)
    assert list(Token.objects.all()) == [kept]


def test_who_may_revoke() -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    engineer = make_member(lead.engagement).user
    stranger, manager, admin = make_user(), make_user(Role.MANAGER), make_user(Role.ADMIN)
    own, shared = make_token(engineer).token, make_token(lead.engagement).token
    may = {
        person: (selectors.may_revoke(person, own), selectors.may_revoke(person, shared))
        for person in (lead.user, engineer, stranger, manager, admin)
    }
    assert may == {
        lead.user: (False, True),
        engineer: (True, False),
        stranger: (False, False),
        manager: (False, True),
        admin: (True, True),
    }


def test_administrators_find_a_token_by_whatever_they_know_of_it() -> None:
    engagement = make_engagement(name="Zebra triage")
    shared, own = (
        make_token(engagement, name="nightly"),
        make_token(make_user(name="Ada Bright"), name="laptop"),
    )
    find = lambda **by: {one.name for one in selectors.every_token(**by)}  # noqa: E731
    assert find() == {"nightly", "laptop"}
    assert find(search="zebra") == find(whose="engagement") == {"nightly"}
    assert find(search="bright") == find(whose="person") == {"laptop"}
    assert find(search=own.token.mark) == find(search=own.token.public[:5]) == {"laptop"}
    assert find(search=own.text) == set()
    assert find(search="\0") == find(state="nonsense") == {"nightly", "laptop"}
    services.revoke(by=None, token=shared.token)
    assert find(state="revoked") == {"nightly"}
    assert find(state="active") == {"laptop"}
