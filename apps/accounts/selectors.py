"""Reads of users."""

from django.db.models import Q, QuerySet

from .models import User


def anyone_exists() -> bool:
    """Whether this Fieldwork has been set up."""
    return User.objects.exists()


def people(search: str = "") -> QuerySet[User]:
    """Everybody whose name or e-mail address contains `search`, active people first, then by name."""
    found = User.objects.order_by("-is_active", "name", "pk")
    words = search.replace("\0", "").strip()
    return found.filter(Q(name__icontains=words) | Q(email__icontains=words)) if words else found


def active_people() -> QuerySet[User]:
    """Everybody who can sign in, by name."""
    return User.objects.filter(is_active=True).order_by("name", "pk")
