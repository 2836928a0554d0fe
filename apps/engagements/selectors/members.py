"""Reads of an engagement's members and invitations."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.selectors import active_people

from .. import rules
from ..models import Engagement, Invitation, Member, MemberRole
from .engagements import SEE_ALL


def members_of(engagement: Engagement) -> QuerySet[Member]:
    """The engagement's members, by name."""
    return Member.objects.filter(engagement=engagement).select_related("user").order_by("user__name", "pk")


def addable_to(engagement: Engagement) -> QuerySet[User]:
    """Whom one may choose for a place on the engagement, by name: everybody who can sign in, but of the clients' people
    only this client's and those who are nobody's yet."""
    elsewhere = Member.objects.filter(user__role=Role.CLIENT).exclude(engagement__client=engagement.client_id)
    here = Member.objects.filter(engagement__client=engagement.client_id).values("user")
    return active_people().exclude(Q(pk__in=elsewhere.values("user")) & ~Q(pk__in=here))


def pending_invitations(engagement: Engagement) -> list[Invitation]:
    """The invitations that can still be accepted, and those that have expired lately, newest first."""
    pending = engagement.invitations.filter(
        accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now() - rules.INVITATION_LASTS
    )
    found = pending.select_related("invited_by").order_by("-created_at", "pk")
    leads = _leads_of(engagement.pk)
    return [one for one in found if _state(one, leads) in {"open", "expired"}]


def invitation_of(digest: str) -> Invitation | None:
    """The invitation whose token has that digest."""
    known = Invitation.objects.select_related("engagement__client", "invited_by")
    return known.filter(digest=digest).first()


def invitation_state(invitation: Invitation) -> str:
    """open, used, withdrawn or expired (see `rules.invitation_state`)."""
    return _state(invitation, _leads_of(invitation.engagement_id))


def invitation_states(invitations: Collection[Invitation]) -> dict[UUID, str]:
    """The states of invitations to whatever engagements, by their ids. One query."""
    leads: dict[UUID, set[UUID]] = defaultdict(set)
    there = {one.engagement_id for one in invitations}
    places = Member.objects.filter(engagement__in=there, role=MemberRole.LEAD)
    for engagement, person in places.values_list("engagement_id", "user_id"):
        leads[engagement].add(person)
    return {one.pk: _state(one, leads[one.engagement_id]) for one in invitations}


def _state(invitation: Invitation, leads: set[UUID]) -> str:
    inviter = invitation.invited_by
    backed = inviter is None or (
        inviter.is_active
        and (inviter.role in SEE_ALL or (inviter.role != Role.CLIENT and inviter.pk in leads))
        and invitation.account_role in rules.may_become(inviter.role)
    )
    return rules.invitation_state(
        accepted=invitation.accepted_at is not None,
        withdrawn=invitation.withdrawn_at is not None,
        backed=backed,
        expires_at=invitation.expires_at,
        now=timezone.now(),
    )


def _leads_of(engagement_id: UUID) -> set[UUID]:
    leads = Member.objects.filter(engagement_id=engagement_id, role=MemberRole.LEAD)
    return set(leads.values_list("user_id", flat=True))
