"""Reads of what is written down on engagements. The only door for whoever shows, counts or searches items:
what a client viewer must not learn of is left out here, once."""

from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from apps.accounts.models import Role, User

from ..models import Engagement, Item
from .engagements import SEE_ALL, visible_to

Row = TypeVar("Row", bound=Item)


def items_visible_to(
    user: User | AnonymousUser,
    model: type[Row],
    *,
    removed: bool = False,
) -> QuerySet[Row]:
    """The items of that model, on all engagements, of which a person may know. removed: also those that were
    removed, though never for client viewers."""
    found: QuerySet[Row] = QuerySet(model)
    if not removed or not isinstance(user, User) or user.role == Role.CLIENT:
        found = found.filter(removed_at=None)
    if not isinstance(user, User) or not user.is_active:
        return found.none()
    if user.role in SEE_ALL:
        return found
    found = found.filter(engagement__in=visible_to(user).values("pk"))
    return found.filter(client_visible=True) if user.role == Role.CLIENT else found


def items_of(user: User, engagement: Engagement, model: type[Row]) -> QuerySet[Row]:
    """The items of that model on an engagement that the person sees, of which they may know."""
    found: QuerySet[Row] = QuerySet(model).filter(engagement=engagement, removed_at=None)
    return found.filter(client_visible=True) if user.role == Role.CLIENT else found


def get_item(
    user: User | AnonymousUser,
    pk: UUID,
    model: type[Row],
    *,
    removed: bool = False,
) -> Row:
    """That item, with its engagement and client. Raises Http404, the same for one that is hidden, removed or
    foreign as for one that does not exist."""
    found = (
        items_visible_to(user, model, removed=removed)
        .filter(pk=pk)
        .select_related("engagement__client", "owner", "by")
        .first()
    )
    if found is None:
        raise Http404("No such item.")
    return found
