"""Hours against the budget: the page, and what of it leaves as CSV. For staff alone."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from apps.core.keyset import before, part
from apps.core.tables import csv_response

from ..access import EngagementRequest, access
from ..presenters import hours as shown
from ..presenters.items import may_work
from ..rules.hours import SHOWN, WEEK, mondays_shown, sheet_of
from ..selectors import hours as reads
from ..selectors.log import ENTRIES

DAY = timedelta(days=1)
ENTRIES_SHOWN = 20


@access(engagement="pk")
def hours_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Sums by person and week, and the entries behind those that are chosen."""
    engagement, user, today = request.engagement, request.user, timezone.localdate()
    zone = timezone.get_current_timezone()
    found = reads.worked(user, engagement, zone)
    chosen = _chosen(request, found)
    entries = reads.entries_of(user, engagement, chosen, zone)
    figures = shown.figures_of(engagement, found, today)
    context = {
        "engagement": engagement,
        "figures": figures,
        "table": shown.table_of(found, chosen, today),
        "climb": shown.climb_of(sheet_of(found.work, today)),
        "warning": shown.warning_of(figures),
        "in_words": shown.in_words(figures),
        "chosen": chosen,
        "chosen_words": shown.words_of(chosen, found.names),
        "log_query": _log_query(chosen),
        "weeks": SHOWN,
        "part": part(
            lambda cursor, limit: list(before(entries, cursor)[:limit]),
            request.GET.get("before", ""),
            ENTRIES_SHOWN,
            lambda entry: (entry.at, entry.pk),
        ),
        "query": reads.query_of(who=chosen.who, week=reads.EARLIER if chosen.earlier else chosen.week),
        "may_work": may_work(request, engagement),
    }
    return render(request, "engagements/hours_list.html", context)


@access(engagement="pk")
def hours_csv(request: EngagementRequest, pk: UUID) -> HttpResponseBase:
    """The entries that are chosen, all of them, the latest first."""
    engagement, zone = request.engagement, timezone.get_current_timezone()
    chosen = _chosen(request)
    rows = before(reads.entries_of(request.user, engagement, chosen, zone), None).iterator(chunk_size=500)
    return csv_response(_name(engagement, "hours"), shown.EXPORTED_ENTRIES, shown.exported_entries(rows))


@access(engagement="pk")
def hours_sums_csv(request: EngagementRequest, pk: UUID) -> HttpResponseBase:
    """The sums by person and week that are chosen."""
    engagement, zone = request.engagement, timezone.get_current_timezone()
    found = reads.worked(request.user, engagement, zone)
    rows = shown.exported_sums(found, _chosen(request, found))
    return csv_response(_name(engagement, "hours-by-week"), shown.EXPORTED_SUMS, rows)


def _chosen(request: EngagementRequest, found: reads.Worked | None = None) -> reads.Chosen:
    """What the address asks for. What "earlier" means depends on the weeks of all work, which is looked for when it has
    not been yet."""
    query = request.GET.dict()
    if found is None and query.get("week") == reads.EARLIER:
        found = reads.worked(request.user, request.engagement, timezone.get_current_timezone())
    first = mondays_shown(found.work if found else [], timezone.localdate())[-1]
    return reads.chosen_of(query, first)


def _log_query(chosen: reads.Chosen) -> str:
    """What the log is to be narrowed to for the same; nothing where it cannot be."""
    if not chosen.narrowed or chosen.is_nobody:
        return ""
    said: dict[str, Any] = {"kind": ENTRIES, "by": chosen.who}
    if chosen.week and chosen.earlier:
        said["until"] = chosen.week - DAY
    elif chosen.week:
        said |= {"since": chosen.week, "until": chosen.week + WEEK - DAY}
    return urlencode({name: str(value) for name, value in said.items() if value})


def _name(engagement: Any, what: str) -> str:
    return f"{what}-{engagement.client.slug}-{engagement.slug}-{timezone.localdate():%Y-%m-%d}"
