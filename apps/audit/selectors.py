"""Reads of events."""

from uuid import UUID

from django.db.models import QuerySet

from .models import Event


def events_of_engagement(engagement_id: UUID) -> QuerySet[Event]:
    """What was done on an engagement, newest first."""
    return Event.objects.filter(engagement_id=engagement_id).select_related("actor").order_by("-at", "-pk")
