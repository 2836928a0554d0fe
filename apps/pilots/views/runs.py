"""Lists of runs, a run's page and its samples."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from apps.accounts.access import EVERYONE, PersonRequest
from apps.accounts.access import access as person
from apps.core.pages import page_of
from apps.core.web import page_or_fragment, wants_fragment
from apps.dataplane.contract.plan import Limits
from apps.dataplane.contract.privacy import Level
from apps.dispatch import selectors as dispatch
from apps.engagements.access import EngagementRequest, access
from apps.engagements.models import Engagement
from apps.engagements.selectors import may_work_on, visible_to, workable_by

from ..forms.notes import NoteForm
from ..models import Run
from ..presenters import runs as presenters
from ..selectors import compared, listing, samples
from ..selectors import runs as selectors
from .places import of_run

MOST_WATCHED = 50  # runs of one list whose state is asked for again


@person(roles=EVERYONE)
def run_list(request: PersonRequest) -> HttpResponse:
    """The runs of the engagements that this person sees, newest first."""
    return _list(request, visible_to(request.user))


@access(engagement="pk", client_visible=True)
def run_list_of_engagement(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The runs of one engagement, newest first."""
    return _list(request, Engagement.objects.filter(pk=pk), request.engagement)


@person(roles=EVERYONE)
def run_states(request: PersonRequest) -> HttpResponse:
    """State and verdict of the runs that a list watches (run=, repeated), to be put in their places there."""
    keys = listing.ids(request.GET.getlist("run"))[:MOST_WATCHED]
    found = selectors.listed().filter(pk__in=keys, evaluation__engagement__in=visible_to(request.user))
    shown = list(found)
    context = {"runs": shown, "watched": _watched(shown)}
    return page_or_fragment(request, "pilots/_run_states.html", context)


@access(engagement=of_run, client_visible=True)
def run_detail(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """One run: live while it is under way, afterwards its verdict and figures. The live part is fetched alone. Samples
    are shown to staff alone, as on their own page."""
    run = selectors.complete().get(pk=pk)
    if wants_fragment(request) and not run.is_open:
        response = HttpResponse()
        response["HX-Refresh"] = "true"  # it is over: the whole page has more to show
        return response
    context = _context(request, run) | {
        "progress": selectors.progress(run),
        "trouble": presenters.trouble_of(run),
        "cap": run.evaluation.spec.get("limits", {}).get("cost", Limits().cost),
        "site_away": run.is_open and not dispatch.is_present(run.site),
    }
    if not wants_fragment(request):
        context |= notes_of(request, run) | {"previous": compared.previous(run)}
    if not run.is_open:
        context |= {"result": presenters.result_of(run), "criteria": presenters.criteria_of(run)}
        context |= _samples(request, run) if request.user.is_staff_member else {}
    return page_or_fragment(
        request, "pilots/run_detail.html", context, fragments={"run-live": "pilots/_run_live.html"}
    )


@access(engagement=of_run)
def run_samples(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The samples of a run, as far as its privacy level let them leave the site."""
    run = selectors.complete().get(pk=pk)
    context = _context(request, run) | {"result": presenters.result_of(run)} | _samples(request, run)
    return page_or_fragment(
        request, "pilots/run_samples.html", context, fragments={"run-samples": "pilots/_samples.html"}
    )


def notes_of(request: PersonRequest, run: Run) -> dict[str, Any]:
    """The notes on a run with an empty form for the next one; none for the client's viewers."""
    if not request.user.is_staff_member:
        return {}
    return {"notes": selectors.notes(run), "note_form": NoteForm()}


def _list(
    request: PersonRequest, engagements: QuerySet[Engagement], engagement: Engagement | None = None
) -> HttpResponse:
    want = listing.wanted(request.GET)
    page = page_of(request, listing.found(engagements, want))
    context = {
        "page": page,
        "watched": _watched(page.object_list),
        "filters": listing.filters(engagements, want, of_one=engagement is not None),
        "want": want,
        "engagement": engagement,
        "show_engagement": engagement is None,
        "workable": set(workable_by(request.user).order_by().values_list("pk", flat=True)),
    }
    template = "pilots/engagement_runs.html" if engagement else "pilots/run_list.html"
    return page_or_fragment(request, template, context, fragments={"runs": "pilots/_run_list.html"})


def _watched(runs: Iterable[Run]) -> str:
    """The query that asks for the state of those runs that are under way."""
    return urlencode([("run", str(run.pk)) for run in runs if run.is_open])


def _context(request: EngagementRequest, run: Run) -> dict[str, Any]:
    return {
        "engagement": request.engagement,
        "run": run,
        "may_work": may_work_on(request.user, request.engagement),
    }


def _samples(request: HttpRequest, run: Run) -> dict[str, Any]:
    targets = run.targets.all()
    return {
        "samples": samples.page(run, request.GET),
        "kinds": sorted({kind for target in targets for kind in ("ok", *target.answers, *target.errors)}),
        "texts": Level(run.level or Level.SCORES).includes(Level.REDACTED),
    }
