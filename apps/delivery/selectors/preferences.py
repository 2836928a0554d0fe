"""Reads of what people want to be told."""

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.engagements.selectors import visible_to

from ..models import InboxEntry, Mute, Preference

CHOICES = 200


def said_by(user: User) -> dict[tuple[str, str], bool]:
    """What a person has said: (about, channel) → on or off."""
    rows = Preference.objects.filter(user=user).values_list("about", "channel", "on")
    return {(about, channel): on for about, channel, on in rows}


def muted_by(user: User) -> QuerySet[Engagement]:
    """The engagements of which a person wants to hear nothing, as far as they still see them."""
    muted = Mute.objects.filter(user=user).values("engagement")
    return visible_to(user).filter(pk__in=muted).order_by("client__name", "name", "pk")


def mutable_engagements(user: User) -> QuerySet[Engagement]:
    """The engagements that may tell a person something, and that they have not muted: those they are on, and
    those they were told of."""
    told = InboxEntry.objects.filter(to=user).order_by().values("engagement").distinct()
    found = visible_to(user).filter(pk__in=told) | visible_to(user).filter(members__user=user)
    muted = Mute.objects.filter(user=user).values("engagement")
    return found.exclude(pk__in=muted).distinct().order_by("client__name", "name", "pk")[:CHOICES]
