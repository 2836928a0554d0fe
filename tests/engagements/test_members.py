"""Members: another role in place, and off the engagement after a question."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements import services
from apps.engagements.models import Member, MemberRole
from tests.factories import make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db
IN_PLACE = {"HX-Request": "true", "HX-Target": "members"}


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def lead() -> Member:
    return make_member(make_engagement(), MemberRole.LEAD)


def role_address(member: Member) -> str:
    return reverse("engagements:member-role", args=[member.engagement_id, member.pk])


def remove_address(member: Member) -> str:
    return reverse("engagements:member-remove", args=[member.engagement_id, member.pk])


def test_a_role_is_changed_in_place_and_the_notice_comes_with_it(lead: Member) -> None:
    member = make_member(lead.engagement, user=make_user(name="Bob Builder"))
    data = {"role": "viewer", "version": "1"}
    answer = signed_in(lead.user).post(role_address(member), data, headers=IN_PLACE, follow=True)
    text = answer.content.decode()
    assert "<html" not in text
    assert "Bob Builder is now Viewer here" in text
    assert 'hx-swap-oob="true"' in text
    member.refresh_from_db()
    assert (member.role, member.version) == (MemberRole.VIEWER, 2)
    event = Event.objects.get(verb="role changed")
    assert (event.actor, event.data) == (lead.user, {"before": "engineer", "after": "viewer"})


def test_the_same_works_as_a_page(lead: Member) -> None:
    member = make_member(lead.engagement)
    answer = signed_in(lead.user).post(role_address(member), {"role": "lead", "version": "1"}, follow=True)
    assert "is now Lead here" in answer.content.decode()


def test_the_new_role_counts_from_the_next_request(lead: Member) -> None:
    member = make_member(lead.engagement)
    browser = signed_in(member.user)
    edit = reverse("engagements:edit", args=[lead.engagement_id])
    assert browser.get(edit).status_code == 200
    services.change_member_role(by=lead.user, member=member, role=MemberRole.VIEWER)
    assert browser.get(edit).status_code == 403


def test_of_two_who_change_a_role_the_second_is_told(lead: Member) -> None:
    member = make_member(lead.engagement)
    services.change_member_role(by=None, member=member, role=MemberRole.LEAD)
    answer = signed_in(lead.user).post(role_address(member), {"role": "viewer", "version": "1"}, follow=True)
    assert "keeps the role shown here" in answer.content.decode()
    member.refresh_from_db()
    assert member.role == MemberRole.LEAD


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"role": "king", "version": "1"},
        {"role": "\0", "version": "1"},
        {"role": "x" * 10_000, "version": "1"},
        {"role": "viewer", "version": "x"},
        {"role": "viewer", "version": "9" * 400},
    ],
)
def test_nonsense_changes_no_role(lead: Member, data: dict[str, str]) -> None:
    member = make_member(lead.engagement)
    answer = signed_in(lead.user).post(role_address(member), data, follow=True)
    assert (answer.status_code, "There is no such role" in answer.content.decode()) == (200, True)
    member.refresh_from_db()
    assert member.role == MemberRole.ENGINEER


def test_a_client_viewer_is_offered_no_other_role_and_gets_none(lead: Member) -> None:
    viewer = make_member(lead.engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT))
    browser = signed_in(lead.user)
    assert (
        role_address(viewer)
        not in browser.get(reverse("engagements:members", args=[lead.engagement_id])).content.decode()
    )
    answer = browser.post(role_address(viewer), {"role": "lead", "version": "1"}, follow=True)
    assert "can only be a viewer" in answer.content.decode()


def test_asking_to_remove_removes_nobody(lead: Member) -> None:
    member = make_member(lead.engagement, user=make_user(name="Bob Builder"))
    browser = signed_in(lead.user)
    page = browser.get(remove_address(member)).content.decode()
    assert "Remove Bob Builder?" in page
    assert "<html" in page
    dialog = browser.get(remove_address(member), headers={**IN_PLACE, "HX-Target": "dialog"}).content.decode()
    assert "Remove Bob Builder?" in dialog
    assert "<html" not in dialog
    assert Member.objects.filter(pk=member.pk).exists()


def test_the_removed_persons_next_request_finds_nothing(lead: Member) -> None:
    member = make_member(lead.engagement)
    browser = signed_in(member.user)
    addresses = [
        lead.engagement.get_absolute_url(),
        reverse("engagements:members", args=[lead.engagement_id]),
        reverse("engagements:edit", args=[lead.engagement_id]),
        lead.engagement.client.get_absolute_url(),
    ]
    assert {browser.get(address).status_code for address in addresses} <= {200, 403}
    answer = signed_in(lead.user).post(remove_address(member), follow=True)
    assert "no longer on this engagement" in answer.content.decode()
    for address in addresses[:2] + addresses[3:]:
        assert browser.get(address).status_code == 404, address
    assert browser.post(addresses[2], {"name": "Mine", "version": "1"}).status_code == 404


def test_removing_twice_is_no_failure(lead: Member) -> None:
    member = make_member(lead.engagement)
    browser = signed_in(lead.user)
    assert browser.post(remove_address(member)).status_code == 302
    assert browser.post(remove_address(member)).status_code == 404


def test_a_member_of_another_engagement_is_out_of_reach(lead: Member) -> None:
    foreign = make_member(make_engagement())
    browser = signed_in(lead.user)
    for name in ("member-role", "member-remove"):
        address = reverse(f"engagements:{name}", args=[lead.engagement_id, foreign.pk])
        assert browser.post(address, {"role": "viewer", "version": "1"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.role == MemberRole.ENGINEER


@pytest.mark.parametrize("role", [MemberRole.ENGINEER, MemberRole.VIEWER])
def test_who_does_not_lead_changes_and_removes_nobody(lead: Member, role: str) -> None:
    member, other = make_member(lead.engagement, role), make_member(lead.engagement)
    browser = signed_in(member.user)
    for address in (role_address(other), remove_address(other)):
        assert browser.post(address, {"role": "viewer", "version": "1"}).status_code == 403


def test_the_people_of_other_clients_are_not_offered(client) -> None:
    engagement = make_engagement()
    lead = make_member(engagement, MemberRole.LEAD).user
    make_user(Role.CLIENT, name="New One")
    ours, theirs = (make_user(Role.CLIENT, name=name) for name in ("Our Own", "Their Own"))
    make_member(make_engagement(client=engagement.client), MemberRole.VIEWER, user=ours)
    make_member(make_engagement(), MemberRole.VIEWER, user=theirs)
    make_user(name="Some Engineer")
    client.force_login(lead)
    page = client.get(reverse("engagements:members", args=[engagement.pk])).content.decode()
    for name in ("New One, at the client", "Our Own, at the client", "Some Engineer"):
        assert f">{name}</option>" in page
    assert "Their Own" not in page
    data = {"user": str(theirs.pk), "role": "viewer"}
    assert client.post(reverse("engagements:member-add", args=[engagement.pk]), data).status_code == 409
    assert not engagement.members.filter(user=theirs).exists()
