"""The only writers of invitations."""

import hashlib
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.services import address_of, create_user
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold

from .. import rules, selectors
from ..models import Engagement, Invitation, Member, MemberRole
from .members import add_member

ENDED = {
    "used": "This invitation has been used already; it works once.",
    "withdrawn": "This invitation has been withdrawn.",
    "expired": "This invitation has expired.",
}


@dataclass(frozen=True)
class Issued:
    """An invitation together with its token, which is known only now."""

    invitation: Invitation
    token: str


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    *, by: User | None, engagement: Engagement, email: str, role: str, account_role: str = Role.CLIENT
) -> Issued:
    """Invite whoever owns that e-mail address to the engagement, in place of an earlier open invitation.

    account_role: what they become at Fieldwork if they have no account yet. Raises Refused for roles that do
    not exist, do not go together or that `by` may not give, and for a member of the engagement.
    """
    address = address_of(email)
    hold("engagements.invitation", str(engagement.pk), address)
    known = User.objects.filter(email=address).first()
    _require_roles(known.role if known else account_role, role)
    _require_may_give(by, account_role)
    if known and engagement.members.filter(user=known).exists():
        raise Refused("member_already", f"{known.name} is on this engagement already.", field="email")
    for earlier in _open(engagement.invitations.filter(email=address)):
        withdraw(by=by, invitation=earlier)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        engagement=engagement,
        email=address,
        role=role,
        account_role=account_role,
        digest=digest_of(token),
        invited_by=by,
        expires_at=timezone.now() + rules.INVITATION_LASTS,
    )
    record(by=by, verb="made", subject=invitation, engagement=engagement, role=role)
    return Issued(invitation, token)


@transaction.atomic
def withdraw(*, by: User | None, invitation: Invitation) -> None:
    """Let an invitation's link work no more. Raises Refused when somebody has used it."""
    locked = _lock(invitation)
    if locked.withdrawn_at:
        return
    if locked.accepted_at:
        raise Refused("used", "Somebody has joined with this invitation; remove the member instead.")
    locked.withdrawn_at = invitation.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    record(by=by, verb="withdrawn", subject=locked, engagement=locked.engagement)


@transaction.atomic
def accept(*, by: User, invitation: Invitation) -> Member:
    """Join the engagement as the person the invitation is for. Raises Refused for anybody else and for an
    invitation that is not open any more."""
    locked = _lock(invitation)
    _require_open(locked)
    if by.email != locked.email:
        raise Refused("not_yours", "This invitation is for another e-mail address.")
    member = Member.objects.filter(engagement=locked.engagement, user=by).first()
    if member is None:
        member = add_member(by=by, engagement=locked.engagement, user=by, role=locked.role)
    locked.accepted_at = invitation.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    record(by=by, verb="accepted", subject=locked, engagement=locked.engagement)
    return member


@transaction.atomic
def accept_as_new(*, invitation: Invitation, name: str, password: str, timezone: str = "UTC") -> Member:
    """Make the account that the invitation allows, and join. Raises Refused as `create_user` and `accept`
    do."""
    locked = _lock(invitation)
    _require_open(locked)
    user = create_user(
        by=locked.invited_by,
        email=locked.email,
        name=name,
        role=locked.account_role,
        password=password,
        timezone=timezone,
    )
    return accept(by=user, invitation=locked)


def _require_roles(account_role: str, role: str) -> None:
    if role not in MemberRole.values:
        known = ", ".join(MemberRole.values)
        raise Refused("role_unknown", f"There is no such role; known are {known}.", field="role")
    if not rules.may_hold(account_role, role):
        raise Refused("client_views", "A client viewer can only be a viewer here.", field="role")


def _require_may_give(by: User | None, account_role: str) -> None:
    allowed = rules.may_become(by.role) if by else tuple(Role.values)
    if account_role not in allowed:
        known = ", ".join(Role(role).label for role in allowed)
        raise Refused(
            "role_too_high", f"By an invitation of yours one becomes: {known}.", field="account_role"
        )


def _require_open(invitation: Invitation) -> None:
    state = selectors.invitation_state(invitation)
    if state != "open":
        raise Refused(state, ENDED[state])


def _open(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    return invitations.filter(accepted_at=None, withdrawn_at=None)


def _lock(invitation: Invitation) -> Invitation:
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("engagement__client", "invited_by")
        .get(pk=invitation.pk)
    )
