"""Clients, engagements and members: made once, seen by those who may."""

import threading

import pytest
from django.db import connection
from django.http import Http404

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import rules, selectors, services
from apps.engagements.models import Client, Engagement, Member, MemberRole, Stage
from tests.factories import make_client, make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db


def test_a_client_is_one_in_whatever_case_and_spacing() -> None:
    first = services.ensure_client(by=None, name="Northwind Bank")
    assert services.ensure_client(by=None, name="  northwind   BANK ") == first
    assert services.ensure_client(by=None, name="Northwind Banks") != first
    assert Event.objects.filter(subject_id=first.pk).count() == 1


def test_names_that_look_alike_in_an_address_get_different_ones() -> None:
    slugs = [services.ensure_client(by=None, name=name).slug for name in ("A & B", "A - B", "甲", "乙")]
    assert slugs == ["a-b", "a-b-2", "x", "x-2"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b", "\x1b[31m"])
def test_names_that_cannot_be_kept_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        services.ensure_client(by=None, name=name)
    with pytest.raises(Refused):
        services.ensure_engagement(by=None, client=make_client(), name=name)


def test_an_engagement_is_one_per_client_and_name() -> None:
    one, other = make_client(), make_client()
    first = services.ensure_engagement(by=None, client=one, name="support-triage")
    assert services.ensure_engagement(by=None, client=one, name="Support-Triage") == first
    assert services.ensure_engagement(by=None, client=other, name="support-triage") != first
    assert first.stage == Stage.SCOPING


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_client_and_one_engagement() -> None:
    start, made, errors = threading.Barrier(6), set(), []

    def ensure() -> None:
        start.wait(30)
        try:
            client = services.ensure_client(by=None, name="Northwind")
            made.add(services.ensure_engagement(by=None, client=client, name="triage").pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ensure) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(made) == Client.objects.count() == Engagement.objects.count() == 1


def test_an_fde_who_makes_an_engagement_leads_it() -> None:
    fde = make_user()
    engagement = services.ensure_engagement(by=fde, client=make_client(), name="triage")
    assert Member.objects.get(engagement=engagement).role == MemberRole.LEAD
    assert selectors.may_staff(fde, engagement)


def test_who_sees_what() -> None:
    mine, other = make_engagement(), make_engagement()
    everything = {Role.ADMIN, Role.MANAGER}
    for role in Role:
        person = make_user(role)
        assert set(selectors.visible_to(person)) == ({mine, other} if role in everything else set())
        make_member(mine, MemberRole.VIEWER, user=person)
        assert set(selectors.visible_to(person)) == ({mine, other} if role in everything else {mine})


def test_somebody_removed_finds_nothing_at_the_next_request(client) -> None:
    member = make_member(make_engagement())
    client.force_login(member.user)
    address = member.engagement.get_absolute_url()
    assert client.get(address).status_code == 200
    services.remove_member(by=None, member=member)
    assert client.get(address).status_code == 404
    with pytest.raises(Http404):
        selectors.get_visible(member.user, member.engagement_id)


def test_an_inactive_person_sees_nothing() -> None:
    admin = make_user(Role.ADMIN)
    make_engagement()
    admin.is_active = False
    assert not selectors.visible_to(admin).exists()


@pytest.mark.parametrize("role", [MemberRole.LEAD, MemberRole.ENGINEER])
def test_a_client_viewer_only_ever_views(role: str) -> None:
    engagement, viewer = make_engagement(), make_user(Role.CLIENT)
    with pytest.raises(Refused, check=lambda error: error.code == "client_views"):
        make_member(engagement, role, user=viewer)


def test_an_engineer_who_becomes_a_client_viewer_works_on_nothing_any_more() -> None:
    member = make_member(make_engagement(), MemberRole.LEAD)
    member.user.role = Role.CLIENT
    assert not selectors.may_work_on(member.user, member.engagement)


def test_a_second_place_replaces_the_role_and_is_written_down() -> None:
    member = make_member(make_engagement(), MemberRole.VIEWER)
    again = make_member(member.engagement, MemberRole.LEAD, user=member.user)
    assert (again.pk, again.role) == (member.pk, MemberRole.LEAD)
    event = Event.objects.get(subject_id=member.pk, verb="role changed")
    assert event.data == {"before": "viewer", "after": "lead"}


def test_stages_are_the_six_known_ones() -> None:
    engagement = make_engagement()
    with pytest.raises(Refused):
        services.set_stage(by=None, engagement=engagement, stage="limbo")
    services.set_stage(by=None, engagement=engagement, stage=Stage.PILOT)
    engagement.refresh_from_db()
    assert engagement.stage == Stage.PILOT
    assert tuple(Stage.values) == rules.STAGES


@pytest.mark.parametrize("stage", rules.STAGES)
def test_the_rail_shows_what_lies_behind_and_ahead(stage: str) -> None:
    steps = rules.rail(stage)
    here = rules.STAGES.index(stage)
    assert [step.state for step in steps] == ["done"] * here + ["current"] + ["ahead"] * (5 - here)
    assert [step.gate for step in steps] == ["passed"] * here + ["open"] * (5 - here) + [""]
