"""The log, the timeline and the search."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.accounts.access import EVERYONE, PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import Role
from apps.core.keyset import before, part
from apps.core.pages import SIZE, Filter
from apps.core.web import page_or_fragment

from .. import timeline
from ..access import EngagementRequest, access
from ..models import Engagement, Kind
from ..rules.items import INTERNAL
from ..selectors import log, may_work_on
from ..selectors import search_items as search
from ..selectors.timeline import STAGE
from ..selectors.words import matching

LATELY = 8


@declare(roles=EVERYONE)
def log_list(request: PersonRequest) -> HttpResponse:
    """The log of all engagements that a person sees."""
    return _log(request, None)


@access(engagement="pk", client_visible=True)
def engagement_log_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    return _log(request, request.engagement)


@access(engagement="pk", client_visible=True)
def timeline_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user = request.engagement, request.user
    choices = _moment_kinds(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in dict(choices) else ""
    shown = part(
        lambda cursor, limit: timeline.moments(user, engagement, before=cursor, limit=limit, kind=kind),
        request.GET.get("before", ""),
        SIZE,
        lambda moment: (moment.at, moment.id),
    )
    context = {
        "engagement": engagement,
        "part": shown,
        "filters": [Filter("kind", "Everything", choices, kind)],
        "narrowed": bool(kind),
    }
    fragments = {"moments": "engagements/_log_moments.html"}
    return page_or_fragment(request, "engagements/log_timeline.html", context, fragments=fragments)


@declare(roles=EVERYONE)
def search_list(request: PersonRequest) -> HttpResponse:
    """What a person may see that holds the words, newest first."""
    user, words = request.user, log.cleaned(request.GET.get("q", ""))
    choices = search.kinds_for(user)
    kind = request.GET.get("kind", "")
    kind = kind if kind in dict(choices) else ""
    context: dict[str, Any] = {
        "search": words,
        "filters": [Filter("kind", "Every kind", choices, kind)],
        "most": search.MOST,
    }
    if words:
        query = matching(words)
        rows = search.found(user, words, query, kind)
        context["count"] = search.count(rows)
        context["part"] = part(
            lambda cursor, limit: search.hits(user, rows, words, query, cursor, limit),
            request.GET.get("before", ""),
            SIZE,
            lambda hit: (hit.item.at, hit.item.pk),
        )
    fragments = {"hits": "engagements/_log_hits.html"}
    return page_or_fragment(request, "engagements/log_search.html", context, fragments=fragments)


def lately(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    """The context of the panel that shows the last moments."""
    return {"moments": timeline.moments(request.user, engagement, limit=LATELY)}  # type: ignore[arg-type]


def _log(request: PersonRequest, engagement: Engagement | None) -> HttpResponse:
    want = log.wanted(request.GET.dict())
    rows = log.found(request.user, want, engagement)
    shown = part(
        lambda cursor, limit: log.listed(request.user, before(rows, cursor), limit),
        request.GET.get("before", ""),
        SIZE,
        lambda entry: (entry.at, entry.pk),
    )
    context = {
        "engagement": engagement,
        "part": shown,
        "want": want,
        "filters": log.filters(request.user, want, engagement),
        "may_work": engagement is not None and may_work_on(request.user, engagement),
    }
    template = "engagements/log_of_engagement.html" if engagement else "engagements/log_list.html"
    return page_or_fragment(request, template, context, fragments={"log-rows": "engagements/_log_rows.html"})


def _moment_kinds(request: PersonRequest) -> list[tuple[str, str]]:
    """What the timeline can be narrowed to by this person."""
    seen = [one for one in Kind.choices if request.user.role != Role.CLIENT or one[0] not in INTERNAL]
    return [*seen, (STAGE, "Stage"), *((name, name.capitalize()) for name in timeline.names())]
