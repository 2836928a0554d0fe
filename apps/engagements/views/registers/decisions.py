"""Decisions: what was chosen, why, and what was rejected."""

from uuid import UUID

from django.http import HttpResponse

from apps.core.pages import page_of
from apps.core.web import page_or_fragment

from ...access import EngagementRequest, access
from ...selectors.registers.decisions import decisions_of


@access(engagement="pk", client_visible=True)
def decision_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    search = request.GET.get("q", "")
    context = {
        "engagement": request.engagement,
        "page": page_of(request, decisions_of(request.user, request.engagement, search=search), 20),
        "search": search,
    }
    fragments = {"decisions": "engagements/_decided.html"}
    return page_or_fragment(request, "engagements/decision_list.html", context, fragments=fragments)
