"""Reads of the portfolios that people keep under a name."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.models import User

from ..models import SavedView


def views_of(user: User) -> QuerySet[SavedView]:
    """A person's own views, by name."""
    return SavedView.objects.filter(owner=user).order_by("name")


def get_view(user: User, pk: UUID) -> SavedView:
    """That view of theirs. Raises Http404, the same for somebody else's as for a missing one."""
    found: SavedView = get_object_or_404(views_of(user), pk=pk)
    return found
