"""Reads of engagements, always through the eyes of one person."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from apps.accounts.models import Role, User

from . import rules
from .models import Client, Engagement, Invitation, Member, MemberRole, Stage

SEE_ALL = frozenset({Role.ADMIN, Role.MANAGER})


def visible_to(user: User | AnonymousUser) -> QuerySet[Engagement]:
    """The engagements that a person may see: administrators and managers all, others those they are a member
    of."""
    engagements = Engagement.objects.select_related("client")
    if not isinstance(user, User) or not user.is_active:
        return engagements.none()
    if user.role in SEE_ALL:
        return engagements
    return engagements.filter(members__user=user)


def get_visible(user: User | AnonymousUser, pk: UUID) -> Engagement:
    """That engagement. Raises Http404, the same for one that is not theirs as for one that does not exist."""
    engagement = visible_to(user).filter(pk=pk).first()
    if engagement is None:
        raise Http404("No such engagement.")
    return engagement


def search(user: User, *, search: str = "", stage: str = "") -> QuerySet[Engagement]:
    """What `visible_to` gives, narrowed to a stage and to words in the client's or the engagement's name."""
    found = visible_to(user).order_by("client__name", "name", "pk")
    if stage in Stage.values:
        found = found.filter(stage=stage)
    words = search.replace("\0", "").strip()
    return found.filter(Q(name__icontains=words) | Q(client__name__icontains=words)) if words else found


def clients_of(user: User) -> QuerySet[Client]:
    """The clients of the engagements that a person may see; administrators and managers see all."""
    clients = Client.objects.order_by("name", "pk")
    return clients if user.role in SEE_ALL else clients.filter(engagements__in=visible_to(user)).distinct()


def search_clients(user: User, search: str = "") -> QuerySet[Client]:
    """What `clients_of` gives, narrowed to words in the name, each with `engagement_count`: how many of its
    engagements the person sees."""
    counted = Count("engagements", filter=Q(engagements__in=visible_to(user).values("pk")), distinct=True)
    found = clients_of(user).annotate(engagement_count=counted)
    words = search.replace("\0", "").strip()
    return found.filter(name__icontains=words) if words else found


def get_client(user: User, pk: UUID) -> Client:
    """That client. Raises Http404, the same for one that is not theirs as for one that does not exist."""
    client = clients_of(user).filter(pk=pk).first()
    if client is None:
        raise Http404("No such client.")
    return client


def may_work_on(user: User, engagement: Engagement) -> bool:
    """Whether a person may change things on an engagement that they see."""
    return _has_place(user, engagement, {MemberRole.LEAD, MemberRole.ENGINEER})


def workable_by(user: User) -> QuerySet[Engagement]:
    """The engagements that a person may change things on: those of which `may_work_on` says yes."""
    if user.role in SEE_ALL or user.role == Role.CLIENT:
        return visible_to(user) if user.role in SEE_ALL else Engagement.objects.none()
    working = (MemberRole.LEAD, MemberRole.ENGINEER)
    return Engagement.objects.filter(members__user=user, members__role__in=working)


def may_staff(user: User, engagement: Engagement) -> bool:
    """Whether a person may add and remove the engagement's members."""
    return _has_place(user, engagement, {MemberRole.LEAD})


def members_of(engagement: Engagement) -> QuerySet[Member]:
    """The engagement's members, by name."""
    return Member.objects.filter(engagement=engagement).select_related("user").order_by("user__name", "pk")


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


def _has_place(user: User, engagement: Engagement, roles: set[MemberRole]) -> bool:
    if user.role in SEE_ALL:
        return True
    if user.role == Role.CLIENT:
        return False
    return Member.objects.filter(engagement=engagement, user=user, role__in=roles).exists()
