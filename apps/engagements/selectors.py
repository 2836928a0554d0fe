"""Reads of engagements, always through the eyes of one person."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404

from apps.accounts.models import Role, User

from .models import Client, Engagement, Member, MemberRole, Stage

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
    clients = Client.objects.order_by("name")
    return clients if user.role in SEE_ALL else clients.filter(engagements__in=visible_to(user)).distinct()


def may_work_on(user: User, engagement: Engagement) -> bool:
    """Whether a person may change things on an engagement that they see."""
    return _has_place(user, engagement, {MemberRole.LEAD, MemberRole.ENGINEER})


def may_staff(user: User, engagement: Engagement) -> bool:
    """Whether a person may add and remove the engagement's members."""
    return _has_place(user, engagement, {MemberRole.LEAD})


def members_of(engagement: Engagement) -> QuerySet[Member]:
    """The engagement's members, by name."""
    return Member.objects.filter(engagement=engagement).select_related("user").order_by("user__name", "pk")


def _has_place(user: User, engagement: Engagement, roles: set[MemberRole]) -> bool:
    if user.role in SEE_ALL:
        return True
    if user.role == Role.CLIENT:
        return False
    return Member.objects.filter(engagement=engagement, user=user, role__in=roles).exists()
