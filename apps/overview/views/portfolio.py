"""Every engagement with how it stands; as a page and as CSV."""

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import STAFF
from apps.core.pages import Filter, page_of
from apps.core.tables import csv_response
from apps.core.web import page_or_fragment
from apps.engagements.models import Stage

from ..presenters import portfolio as shown
from ..rules.health import Colour
from ..selectors import standings
from ..selectors.narrowing import ENDED, GROUPS, TROUBLES, Chosen, chosen_of, narrowed, order_of
from ..selectors.saved_views import views_of
from ..services.standing import catch_up

GROUPED = {"client": "By client", "stage": "By stage", "health": "By health", "lead": "By lead"}


@access(roles=STAFF)
def portfolio(request: PersonRequest) -> HttpResponse:
    catch_up()
    chosen = chosen_of(request.GET)
    page = page_of(request, narrowed(standings.seen(request.user), chosen).values("pk"))
    lines = standings.lines_of(page.object_list).order_by(*order_of(chosen))
    context = {
        "page": page,
        "groups": shown.groups_of(lines, chosen),
        "columns": shown.columns_of(chosen),
        "chosen": chosen,
        "search": chosen.q,
        "filters": _filters(chosen),
        "narrowed": chosen.narrowed,
        "views": list(views_of(request.user)),
        "query": chosen.query(),
    }
    fragments = {"portfolio": "overview/_portfolio.html"}
    return page_or_fragment(request, "overview/portfolio.html", context, fragments=fragments)


@access(roles=STAFF)
def portfolio_csv(request: PersonRequest) -> HttpResponseBase:
    """Exactly what is on screen: the same engagements in the same order, on all pages."""
    rows = standings.as_lines(narrowed(standings.seen(request.user), chosen_of(request.GET)))
    name = f"portfolio-{timezone.localdate():%Y-%m-%d}"
    return csv_response(name, shown.EXPORTED, shown.exported(rows.iterator(chunk_size=500)))


def _filters(chosen: Chosen) -> list[Filter]:
    colours = [(colour.value, colour.capitalize()) for colour in Colour]
    troubles = [(name, title) for name, (title, _) in TROUBLES.items()]
    return [
        Filter("health", "Any health", colours, chosen.health),
        Filter("stage", "All stages", Stage.choices, chosen.stage),
        Filter("trouble", "With or without trouble", troubles, chosen.trouble),
        Filter("ended", "Open", [(one, one.capitalize()) for one in ENDED], chosen.ended),
        Filter("group", "Not grouped", [(name, GROUPED[name]) for name in GROUPS], chosen.group),
    ]
