"""Invitations: who may make which, what a link is worth, and what it never tells."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import rules, selectors, services
from apps.engagements.models import Engagement, Invitation, Member, MemberRole
from apps.engagements.services.invitations import Issued
from apps.engagements.views.invitations import GUESSES
from tests.factories import PASSWORD, make_client, make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db
NEW = "new@example.com"


def refused(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def issue(
    engagement: Engagement | None = None, *, by: User | None = None, email: str = NEW, **facts
) -> Issued:
    made = engagement or make_engagement(client=make_client("Northwind Bank"), name="secret work")
    return services.invite(by=by, engagement=made, **{"email": email, "role": "viewer", **facts})


def link_to(issued: Issued) -> str:
    return reverse("engagements:invitation", args=[issued.token])


def join(issued: Issued, browser: Browser | None = None, **changes: str):
    return (browser or Browser()).post(link_to(issued), {"name": "Nell", "password": PASSWORD, **changes})


def test_somebody_new_sets_name_and_password_and_lands_on_the_engagement() -> None:
    issued, browser = issue(role="engineer", account_role="fde"), Browser()
    page = browser.get(link_to(issued)).content.decode()
    assert "secret work" in page
    assert NEW in page
    answer = join(issued, browser)
    assert answer["Location"] == issued.invitation.engagement.get_absolute_url()
    landed = browser.get(answer["Location"])
    assert "Welcome to secret work" in landed.content.decode()
    person = User.objects.get(email=NEW)
    assert (person.name, person.role) == ("Nell", Role.FDE)
    assert person.memberships.get().role == MemberRole.ENGINEER
    assert person.check_password(PASSWORD)


def test_who_has_an_account_signs_in_comes_back_and_accepts() -> None:
    person = make_user(email=NEW)
    issued, browser = issue(role="lead", account_role="fde"), Browser()
    page = browser.get(link_to(issued)).content.decode()
    assert "password" not in page.split("<main", 1)[1].lower()
    sign_in = re.search(r'href="(/sign-in/\?next=[^"]+)"', page).group(1)
    data = {"username": NEW, "password": PASSWORD, "next": link_to(issued)}
    assert browser.post(sign_in, data)["Location"] == link_to(issued)
    assert "Accept" in browser.get(link_to(issued)).content.decode()
    assert not person.memberships.exists(), "looking at a link accepts nothing"
    assert browser.post(link_to(issued))["Location"] == issued.invitation.engagement.get_absolute_url()
    assert person.memberships.get().role == MemberRole.LEAD


def test_an_account_keeps_its_role_whatever_the_invitation_says() -> None:
    person = make_user(Role.CLIENT, email=NEW)
    issued = issue(by=make_user(Role.ADMIN), account_role="admin")
    signed_in(person).post(link_to(issued))
    person.refresh_from_db()
    assert person.role == Role.CLIENT
    assert person.memberships.get().role == MemberRole.VIEWER


def test_a_link_makes_no_second_account_for_an_address() -> None:
    make_user(email=NEW)
    issued = issue()
    join(issued)
    assert User.objects.filter(email=NEW).count() == 1
    assert not Member.objects.exists()


def test_somebody_else_who_is_signed_in_cannot_accept() -> None:
    issued, other = issue(), make_user()
    page = signed_in(other).get(link_to(issued)).content.decode()
    assert "for somebody else" in page
    assert NEW not in page
    assert signed_in(other).post(link_to(issued)).status_code == 409
    assert not other.memberships.exists()
    assert selectors.invitation_state(issued.invitation) == "open"


def ended() -> dict[str, tuple[str, str]]:
    """Links that lead nowhere any more, with what is said: (address, words)."""
    used, withdrawn, expired = issue(), issue(), issue()
    engagement = make_engagement(name="secret work")
    for issued, name in ((used, "used"), (withdrawn, "withdrawn"), (expired, "expired")):
        Invitation.objects.filter(pk=issued.invitation.pk).update(email=f"{name}@example.com")
    Invitation.objects.filter(pk=used.invitation.pk).update(
        accepted_at=timezone.now(), withdrawn_at=None, engagement=engagement
    )
    services.withdraw(by=None, invitation=withdrawn.invitation)
    Invitation.objects.filter(pk=expired.invitation.pk).update(expires_at=timezone.now())
    return {
        "used": (link_to(used), "used already"),
        "withdrawn": (link_to(withdrawn), "has been withdrawn"),
        "expired": (link_to(expired), "has expired"),
        "tampered": (link_to(expired)[:-2] + "x/", "not one of an invitation"),
    }


@pytest.mark.parametrize("how", ["used", "withdrawn", "expired", "tampered"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_leads_nowhere_says_so_and_nothing_else(how: str, method: str) -> None:
    address, words = ended()[how]
    answers = set()
    for known in (False, True):  # whether that address is somebody's
        if known:
            make_user(email=f"{how}@example.com")
        answer = getattr(Browser(), method)(address, {"name": "Eve", "password": PASSWORD})
        text = answer.content.decode()
        assert words in text
        assert "secret work" not in text
        assert f"{how}@" not in text
        answers.add((answer.status_code, re.sub(r'X-CSRFToken": "[^"]+', "", text)))
    assert len(answers) == 1
    assert answers.pop()[0] in {404, 410}
    assert not Member.objects.exists()


def test_a_link_lasts_seven_days_to_the_second() -> None:
    facts = {"accepted": False, "withdrawn": False, "backed": True}
    made = timezone.now()
    end = made + rules.INVITATION_LASTS
    assert timedelta(days=7) == rules.INVITATION_LASTS
    assert rules.invitation_state(**facts, expires_at=end, now=end - timedelta(seconds=1)) == "open"
    assert rules.invitation_state(**facts, expires_at=end, now=end) == "expired"
    assert abs(issue().invitation.expires_at - end) < timedelta(minutes=1)


def test_a_link_works_once_and_leads_its_owner_back() -> None:
    issued, browser = issue(), Browser()
    join(issued, browser)
    assert "used already" in Browser().get(link_to(issued)).content.decode()
    assert browser.get(link_to(issued))["Location"] == issued.invitation.engagement.get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_gets_in() -> None:
    issued, start, outcomes = issue(), threading.Barrier(2), []

    def accept() -> None:
        start.wait(30)
        try:
            services.accept_as_new(invitation=issued.invitation, name="Nell", password=PASSWORD)
            outcomes.append("in")
        except Refused as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["in", "used"]


def test_of_the_token_only_a_digest_is_kept() -> None:
    issued = issue()
    kept = str(Invitation.objects.values().get()) + str(list(Event.objects.values()))
    assert issued.token not in kept
    assert len(issued.token) >= 43


def test_guessing_is_slowed_by_network_address() -> None:
    issued = issue()
    wrong = reverse("engagements:invitation", args=["guess"])
    for _ in range(GUESSES):
        assert Browser().get(wrong, REMOTE_ADDR="203.0.113.9").status_code == 404
    assert Browser().get(wrong, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert Browser().get(link_to(issued), REMOTE_ADDR="203.0.113.9").status_code == 429
    assert Browser().get(link_to(issued), REMOTE_ADDR="198.51.100.7").status_code == 200


def test_who_follows_good_links_is_never_slowed() -> None:
    issued = issue()
    for _ in range(GUESSES + 2):
        assert Browser().get(link_to(issued)).status_code == 200


@pytest.mark.parametrize("token", ["x" * 5000, "%00", "%f0%9f", "..", "<b>", "%E2%80%AE"])
def test_nonsense_for_a_token_is_no_failure(token: str) -> None:
    assert Browser().get(f"/engagements/invitation/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "gives", "refuses"),
    [
        (Role.FDE, {"client", "fde"}, {"manager", "admin"}),
        (Role.MANAGER, {"client", "fde"}, {"manager", "admin"}),
        (Role.ADMIN, {"client", "fde", "manager", "admin"}, set()),
    ],
)
def test_nobody_but_an_administrator_lets_in_managers_or_administrators(role, gives, refuses) -> None:
    engagement, inviter = make_engagement(), make_user(role)
    make_member(engagement, MemberRole.LEAD, user=inviter)
    for account_role in gives:
        issue(engagement, by=inviter, account_role=account_role)
    for account_role in refuses:
        with refused("role_too_high"):
            issue(engagement, by=inviter, account_role=account_role)
        data = {"email": NEW, "role": "viewer", "account_role": account_role}
        address = reverse("engagements:invite", args=[engagement.pk])
        assert signed_in(inviter).post(address, data).status_code == 409
    assert set(rules.may_become(role)) == gives


@pytest.mark.parametrize("role", [MemberRole.ENGINEER, MemberRole.VIEWER])
def test_only_who_staffs_an_engagement_invites(role: str) -> None:
    member = make_member(make_engagement(), role)
    address = reverse("engagements:invite", args=[member.engagement_id])
    data = {"email": NEW, "role": "viewer", "account_role": "client"}
    assert signed_in(member.user).post(address, data).status_code == 403
    listed = signed_in(member.user).get(reverse("engagements:members", args=[member.engagement_id]))
    assert "Invitations" not in listed.content.decode()


def test_an_invitation_ends_with_the_right_to_make_it() -> None:
    """Otherwise a lead who is taken off could come back by an address of their own."""
    lead = make_member(make_engagement(), MemberRole.LEAD)
    issued = issue(lead.engagement, by=lead.user)
    assert selectors.invitation_state(issued.invitation) == "open"
    services.remove_member(by=None, member=lead)
    assert "withdrawn" in Browser().get(link_to(issued)).content.decode()
    join(issued)
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("change", ["deactivated", "demoted"])
def test_an_invitation_of_somebody_who_lost_their_role_is_withdrawn(change: str) -> None:
    admin = make_user(Role.ADMIN)
    make_user(Role.ADMIN)
    issued = issue(by=admin, account_role="manager")
    if change == "deactivated":
        accounts.deactivate(by=None, user=admin)
    else:
        accounts.change_role(by=None, user=admin, role=Role.MANAGER)
    assert selectors.invitation_state(selectors.invitation_of(issued.invitation.digest)) == "withdrawn"


def test_a_member_is_not_invited_again_and_a_client_viewer_only_to_look_on() -> None:
    member = make_member(make_engagement())
    with refused("member_already"):
        issue(member.engagement, email=member.user.email.upper())
    viewer = make_user(Role.CLIENT)
    with refused("client_views"):
        issue(member.engagement, email=viewer.email, role="engineer", account_role="fde")
    with refused("client_views"):
        issue(member.engagement, role="lead", account_role="client")


def test_a_second_invitation_takes_the_place_of_the_first() -> None:
    first = issue()
    second = issue(first.invitation.engagement, email=NEW.upper())
    assert "withdrawn" in Browser().get(link_to(first)).content.decode()
    assert Browser().get(link_to(second)).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.update(withdrawn_at=None)


def test_who_became_a_member_meanwhile_keeps_their_role_there() -> None:
    person = make_user(email=NEW)
    issued = issue(role="viewer", account_role="fde")
    make_member(issued.invitation.engagement, MemberRole.LEAD, user=person)
    signed_in(person).post(link_to(issued))
    assert person.memberships.get().role == MemberRole.LEAD


def test_who_may_not_hold_the_role_any_more_is_told_why() -> None:
    person = make_user(email=NEW)
    issued = issue(role="engineer", account_role="fde")
    accounts.change_role(by=None, user=person, role=Role.CLIENT)
    answer = signed_in(person).post(link_to(issued))
    assert (answer.status_code, "can only be a viewer" in answer.content.decode()) == (409, True)
    assert not person.memberships.exists()


def test_what_happens_to_an_invitation_is_written_down() -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    issued = issue(lead.engagement, by=lead.user)
    services.withdraw(by=lead.user, invitation=issued.invitation)
    services.withdraw(by=lead.user, invitation=issued.invitation)
    join(issue(lead.engagement, by=lead.user))
    events = Event.objects.filter(subject_type="invitation").order_by("at")
    assert [event.verb for event in events] == ["made", "withdrawn", "made", "accepted"]
    assert events[3].actor.email == NEW
    assert NEW not in str([event.data for event in events])


def test_an_accepted_invitation_cannot_be_withdrawn() -> None:
    issued = issue()
    join(issued)
    with refused("used"):
        services.withdraw(by=None, invitation=issued.invitation)


class TestOnThePage:
    @pytest.fixture
    def lead(self) -> Member:
        return make_member(make_engagement(name="triage"), MemberRole.LEAD)

    def invite(self, lead: Member, **changes: str):
        data = {"email": NEW, "role": "viewer", "account_role": "client", **changes}
        return signed_in(lead.user).post(reverse("engagements:invite", args=[lead.engagement_id]), data)

    def members(self, lead: Member) -> str:
        page = signed_in(lead.user).get(reverse("engagements:members", args=[lead.engagement_id]))
        return page.content.decode()

    def test_the_link_is_shown_once_with_its_expiry_and_mailed(self, lead: Member) -> None:
        page = self.invite(lead).content.decode()
        link = re.search(r"http://testserver(/engagements/invitation/[\w-]+/)", page).group(1)
        expires = Invitation.objects.get().expires_at
        assert expires.strftime("%Y-%m-%d %H:%M") in page
        assert Browser().get(link).status_code == 200
        assert link not in self.members(lead)
        assert mail.outbox[0].to == [NEW]
        assert link in mail.outbox[0].body
        assert "until" in mail.outbox[0].body

    @pytest.mark.parametrize("backend", ["smtp", "filebased"])
    def test_a_mail_that_does_not_go_out_is_said(self, lead: Member, settings, backend: str) -> None:
        settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        page = self.invite(lead).content.decode()
        assert "not mailed" in page
        assert "/engagements/invitation/" in page

    def test_pending_ones_are_listed_and_can_be_withdrawn(self, lead: Member) -> None:
        issued = issue(lead.engagement, by=lead.user)
        Invitation.objects.filter(pk=issue(lead.engagement, email="late@example.com").invitation.pk).update(
            expires_at=timezone.now() - timedelta(hours=1)
        )
        text = self.members(lead)
        assert NEW in text
        assert "Expired" in text
        address = reverse("engagements:invitation-withdraw", args=[lead.engagement_id, issued.invitation.pk])
        browser = signed_in(lead.user)
        assert "stops working at once" in browser.get(address).content.decode()
        assert "is withdrawn" in browser.post(address, follow=True).content.decode()
        assert NEW not in self.members(lead)
        assert "withdrawn" in Browser().get(link_to(issued)).content.decode()

    def test_invitations_of_another_engagement_are_out_of_reach(self, lead: Member) -> None:
        foreign = issue()
        address = reverse("engagements:invitation-withdraw", args=[lead.engagement_id, foreign.invitation.pk])
        for method in ("get", "post"):
            assert getattr(signed_in(lead.user), method)(address).status_code == 404
        assert selectors.invitation_state(foreign.invitation) == "open"

    def test_the_number_of_queries_does_not_grow(self, lead: Member, django_assert_max_num_queries) -> None:
        for number in range(12):
            other = make_member(lead.engagement, MemberRole.LEAD)
            issue(lead.engagement, by=other.user, email=f"{number}@example.com")
        browser = signed_in(lead.user)
        with django_assert_max_num_queries(10):
            browser.get(reverse("engagements:members", args=[lead.engagement_id]))
