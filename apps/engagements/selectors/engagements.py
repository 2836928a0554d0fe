"""Reads of engagements, always through the eyes of one person."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from apps.accounts.models import Role, User

from ..models import Client, Engagement, Member, MemberRole, Stage
from ..rules import endings
from .rail import with_rail

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
    found = with_rail(visible_to(user).filter(pk=pk))
    place = Member.objects.filter(engagement=OuterRef("pk"), user=user.pk).values("role")[:1]
    engagement = found.annotate(place=Subquery(place)).first()
    if engagement is None:
        raise Http404("No such engagement.")
    engagement._places = {user.pk: engagement.place}  # type: ignore[attr-defined]  # so that nobody asks again
    return engagement


IN_STATE = {
    endings.OPEN: Q(closed_at=None),
    endings.CLOSED: Q(closed_at__isnull=False, archived_at=None),
    endings.ARCHIVED: Q(archived_at__isnull=False),
}


def search(user: User, *, search: str = "", stage: str = "", state: str = "") -> QuerySet[Engagement]:
    """What `visible_to` gives, narrowed to a stage, to a state (without one, all but the archive) and to words in the
    client's or the engagement's name."""
    found = visible_to(user).filter(IN_STATE.get(state, Q(archived_at=None)))
    found = found.order_by("client__name", "name", "pk")
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
    """Whether a person may change things now on an engagement that they see."""
    return engagement.is_open and works_on(user, engagement)


def works_on(user: User, engagement: Engagement) -> bool:
    """Whether a person is one of those who change things on an engagement that they see, as long as it is open."""
    return _has_place(user, engagement, {MemberRole.LEAD, MemberRole.ENGINEER})


def works_for(user: User, client: Client) -> bool:
    """Whether a person works, or has worked, on something for a client; administrators and managers for all."""
    places = Member.objects.filter(engagement__client=client, user=user)
    return user.role in SEE_ALL or places.filter(role__in=[MemberRole.LEAD, MemberRole.ENGINEER]).exists()


def workable_by(user: User) -> QuerySet[Engagement]:
    """The engagements that a person may change things on: those of which `may_work_on` says yes."""
    if user.role in SEE_ALL or user.role == Role.CLIENT:
        seen = visible_to(user) if user.role in SEE_ALL else Engagement.objects.none()
        return seen.filter(closed_at=None)
    working = (MemberRole.LEAD, MemberRole.ENGINEER)
    return Engagement.objects.filter(members__user=user, members__role__in=working, closed_at=None)


def may_staff(user: User, engagement: Engagement) -> bool:
    """Whether a person may add and remove the engagement's members."""
    return _has_place(user, engagement, {MemberRole.LEAD})


def _has_place(user: User, engagement: Engagement, roles: set[MemberRole]) -> bool:
    if user.role in SEE_ALL:
        return True
    if user.role == Role.CLIENT:
        return False
    known: dict[Any, str | None] = getattr(engagement, "_places", {})
    if user.pk in known:
        return known[user.pk] in roles
    return Member.objects.filter(engagement=engagement, user=user, role__in=roles).exists()
