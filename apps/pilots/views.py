"""Pages of evaluations and runs: a form in, one service, a page or a fragment out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.accounts.access import EVERYONE, PersonRequest
from apps.accounts.access import access as person
from apps.core.pages import page_of
from apps.core.web import page_or_fragment, wants_fragment
from apps.dataplane.contract.plan import Limits
from apps.dataplane.contract.privacy import Level
from apps.dispatch import selectors as dispatch
from apps.engagements.access import EngagementRequest, access
from apps.engagements.models import Engagement
from apps.engagements.selectors import may_work_on, visible_to

from . import presenters
from .models import Evaluation, Run
from .rules import states
from .selectors import runs as selectors
from .selectors import samples
from .services import runs as services


def _of_run(pk: UUID) -> Engagement:
    return Run.objects.select_related("evaluation__engagement").get(pk=pk).evaluation.engagement


def _of_evaluation(pk: UUID) -> Engagement:
    return Evaluation.objects.select_related("engagement").get(pk=pk).engagement


@person(roles=EVERYONE)
def run_list(request: PersonRequest) -> HttpResponse:
    """Every run of the engagements that this person sees, newest first."""
    found = selectors.listed().filter(evaluation__engagement__in=visible_to(request.user))
    return page_or_fragment(request, "pilots/run_list.html", {"page": page_of(request, found)})


@access(engagement=_of_run, client_visible=True)
def run_detail(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """One run: live while it is under way, afterwards its verdict and figures. The live part is fetched alone."""
    run = selectors.complete().get(pk=pk)
    context = _context(request, run) | {
        "progress": selectors.progress(run),
        "may_resume": states.may_resume(run.state, run.partial),
        "trouble": presenters.trouble_of(run),
        "cap": run.evaluation.spec.get("limits", {}).get("cost", Limits().cost),
        "site_away": run.is_open and not dispatch.is_present(run.site),
    }
    if wants_fragment(request) and not run.is_open:
        response = HttpResponse()
        response["HX-Refresh"] = "true"  # it is over: the whole page has more to show
        return response
    if not run.is_open:
        context |= _samples(request, run) | {"criteria": presenters.criteria_of(run)}
    return page_or_fragment(
        request, "pilots/run_detail.html", context, fragments={"run-live": "pilots/_run_live.html"}
    )


@access(engagement=_of_run)
def run_samples(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The samples of a run, as far as its privacy level let them leave the site."""
    run = selectors.complete().get(pk=pk)
    context = _context(request, run) | _samples(request, run)
    return page_or_fragment(
        request, "pilots/run_samples.html", context, fragments={"run-samples": "pilots/_samples.html"}
    )


@access(engagement=_of_run, work=True, methods=["POST"])
def run_cancel(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Stop a run that is under way."""
    services.cancel(by=request.user, run=Run.objects.get(pk=pk))
    return _to_run(request, pk, "Run cancelled. What it has measured is kept; resume it to go on.")


@access(engagement=_of_run, work=True, methods=["POST"])
def run_resume(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Go on with a run that stopped early."""
    services.resume(by=request.user, run=Run.objects.get(pk=pk))
    return _to_run(request, pk, "Run resumed on the rows it was frozen on.")


@access(engagement=_of_evaluation, client_visible=True)
def evaluation_detail(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """A frozen spec with its runs."""
    evaluation = Evaluation.objects.select_related("engagement__client", "dataset__source").get(pk=pk)
    context = {
        "engagement": request.engagement,
        "evaluation": evaluation,
        "yaml": presenters.yaml_of(evaluation),
        "page": page_of(request, selectors.listed().filter(evaluation=evaluation)),
        "may_work": may_work_on(request.user, request.engagement),
    }
    return page_or_fragment(request, "pilots/evaluation_detail.html", context)


@access(engagement=_of_evaluation, work=True, methods=["POST"])
def evaluation_start(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Start a run of the spec, on the rows frozen before or, if asked, frozen anew."""
    evaluation = Evaluation.objects.select_related("engagement__client", "dataset").get(pk=pk)
    run = services.start(
        by=request.user,
        evaluation=evaluation,
        site=dispatch.site_for(evaluation.engagement.client),
        anew=request.POST.get("anew") == "1",
    )
    return _to_run(request, run.pk, f"Run {run.number} queued.")


def _context(request: EngagementRequest, run: Run) -> dict[str, Any]:
    return {
        "engagement": request.engagement,
        "run": run,
        "may_work": may_work_on(request.user, request.engagement),
    }


def _samples(request: HttpRequest, run: Run) -> dict[str, Any]:
    targets = run.targets.all()
    return {
        "result": presenters.result_of(run),
        "samples": samples.page(run, request.GET),
        "kinds": sorted({kind for target in targets for kind in ("ok", *target.answers, *target.errors)}),
        "texts": Level(run.level or Level.SCORES).includes(Level.REDACTED),
    }


def _to_run(request: HttpRequest, pk: UUID, message: str) -> HttpResponse:
    messages.success(request, message)
    address = reverse("pilots:run", args=[pk])
    if wants_fragment(request):
        response = HttpResponse()
        response["HX-Redirect"] = address
        return response
    return redirect(address)
