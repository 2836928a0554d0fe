"""Sending usage: how, and what has arrived."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.engagements.access import EngagementRequest, access
from apps.engagements.selectors import may_staff

from ..presenters import sending as shown
from ..selectors.arrivals import SHOWN, arrived


@access(engagement="pk")
def sending(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """What came in these days, by way, with examples; and snippets that send."""
    engagement = request.engagement
    found = arrived(engagement, timezone.now().date())
    address = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    context = {
        "engagement": engagement,
        "lines": shown.lines_of(found),
        "picture": shown.picture_of(found),
        "days": SHOWN,
        "total": sum(found.by_day.values()),
        "snippets": shown.snippets(address, timezone.now()),
        "may_staff": may_staff(request.user, engagement) and engagement.is_open,
    }
    return render(request, "adoption/sending.html", context)
