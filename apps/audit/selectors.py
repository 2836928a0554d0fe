"""Reads of events."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from .models import Event


def events_of_engagement(engagement_id: UUID) -> QuerySet[Event]:
    """What was done on an engagement, newest first."""
    return Event.objects.filter(engagement_id=engagement_id).select_related("actor").order_by("-at", "-pk")


def written_through(subjects: Iterable[UUID]) -> dict[UUID, str]:
    """Of those things, the ones that were written through a token: id of the thing → "token NAME"."""
    events = Event.objects.filter(subject_id__in=list(subjects), verb="written", data__has_key="via")
    return dict(events.values_list("subject_id", "data__via"))


def events_of_subject(subject_id: UUID) -> QuerySet[Event]:
    """What was done to one thing, newest first."""
    return Event.objects.filter(subject_id=subject_id).select_related("actor").order_by("-at", "-pk")
