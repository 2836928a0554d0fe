"""Reads of endpoints, always through the eyes of one person or one engagement."""

from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404

from apps.accounts.models import Role, User
from apps.dispatch.selectors import id_of
from apps.engagements.models import Client, Engagement, MemberRole
from apps.engagements.selectors import SEE_ALL, clients_of

from .models import Endpoint, Kind, Place

EVERY, RETIRED = "every", "retired"  # values of filters: for every client; only those that are retired


def endpoints_for(engagement: Engagement) -> QuerySet[Endpoint]:
    """What an evaluation of this engagement may choose from, by name: its client's and those for every client."""
    of_either = Q(client=engagement.client_id) | Q(client=None)
    return Endpoint.objects.filter(of_either, retired_at=None).order_by("name", "pk")


def visible_to(user: User) -> QuerySet[Endpoint]:
    """The endpoints that a person may see: all staff those for every client, and those of the clients they see."""
    endpoints = Endpoint.objects.select_related("client", "tried_site", "trial__plan__site")
    if not user.is_active or not user.is_staff_member:
        return endpoints.none()
    if user.role in SEE_ALL:
        return endpoints
    return endpoints.filter(Q(client=None) | Q(client__in=clients_of(user)))


def get_visible(user: User, pk: UUID) -> Endpoint:
    """That endpoint. Raises Http404, the same for one that is not theirs as for one that does not exist."""
    endpoint = visible_to(user).filter(pk=pk).first()
    if endpoint is None:
        raise Http404("No such endpoint.")
    return endpoint


def search(
    user: User, *, words: str = "", client: str = "", kind: str = "", place: str = "", shown: str = ""
) -> QuerySet[Endpoint]:
    """What `visible_to` gives, narrowed; values of filters that do not exist are passed over.

    client: an id, or EVERY. shown: RETIRED for those that are retired, else those in use. words: in name, model,
    address or client.
    """
    found = visible_to(user).filter(retired_at__isnull=shown != RETIRED)
    found = found.order_by("name", F("client__name").asc(nulls_first=True), "pk")
    if client == EVERY:
        found = found.filter(client=None)
    elif pk := id_of(client):
        found = found.filter(client=pk)
    if kind in Kind.values:
        found = found.filter(kind=kind)
    if place in Place.values:
        found = found.filter(place=place)
    return holding(found, words)


def holding(endpoints: QuerySet[Endpoint], words: str) -> QuerySet[Endpoint]:
    """Those with these words in name, model, address or client."""
    words = words.replace("\0", "").strip()
    fields = ("name", "model", "base_url", "place_words", "client__name")
    either = Q(*[(f"{field}__icontains", words) for field in fields], _connector=Q.OR)
    return endpoints.filter(either) if words else endpoints


def clients_written_by(user: User) -> QuerySet[Client]:
    """The clients whose endpoints a person may write: of an FDE, those on whose engagements they work."""
    if user.role == Role.CLIENT or not user.is_active:
        return Client.objects.none()
    clients = clients_of(user)
    if user.role in SEE_ALL:
        return clients
    roles = (MemberRole.LEAD, MemberRole.ENGINEER)
    working = Engagement.objects.filter(members__user=user, members__role__in=roles)
    return clients.filter(pk__in=working.values("client"))


def may_write(user: User, endpoint: Endpoint) -> bool:
    """Whether a person may change an endpoint that they see; those for every client only administrators and
    managers."""
    if user.role in SEE_ALL:
        return True
    return endpoint.client_id is not None and clients_written_by(user).filter(pk=endpoint.client_id).exists()


def may_try(user: User, endpoint: Endpoint) -> bool:
    """Whether a person may have it called from a site: whoever may write it and, when it is for every client, whoever
    works for any."""
    if endpoint.client_id is None:
        return user.role in SEE_ALL or clients_written_by(user).exists()
    return may_write(user, endpoint)
