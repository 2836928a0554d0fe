"""What a person does with a run: cancel, resume, run again, label."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.web import confirmation, page_or_fragment
from apps.engagements.access import EngagementRequest, access

from ..forms.notes import LabelForm
from ..models import Run
from ..rules import states
from ..selectors import runs as selectors
from ..services import notes, runs
from .answers import to_run
from .places import of_run


@access(engagement=of_run, work=True, methods=["GET", "POST"])
def run_cancel(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Asks, then stops a run that is under way."""
    run = Run.objects.select_related("evaluation").get(pk=pk)
    if request.method == "POST":
        runs.cancel(by=request.user, run=run)
        return to_run(request, pk, "Run cancelled. What it has measured is kept; resume it to go on.")
    if not states.may_cancel(run.state):
        raise Refused("not_open", "This run is not under way.")
    return confirmation(
        request,
        title=f"Cancel run {run.number} of {run.evaluation.name}?",
        text="Calls that are under way are lost, paid or not. The answers so far are kept, and resuming goes on "
        "from them; until then the run decides nothing.",
        action="Stop the run",
        back=reverse("pilots:run", args=[pk]),
    )


@access(engagement=of_run, work=True, methods=["POST"])
def run_resume(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Go on with a run that stopped early."""
    runs.resume(by=request.user, run=Run.objects.get(pk=pk))
    return to_run(request, pk, "Run resumed on the rows it was frozen on.")


@access(engagement=of_run, work=True)
def run_again(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Asks on which rows another run of the same spec is to start."""
    run = selectors.complete().get(pk=pk)
    context = {"run": run, "anew": request.GET.get("anew") == "1"}
    return page_or_fragment(
        request, "pilots/run_again.html", context, fragments={"dialog": "pilots/_run_again.html"}
    )


@access(engagement=of_run, work=True, methods=["GET", "POST"])
def run_label(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Give the run a label, or take it away."""
    run = Run.objects.select_related("evaluation").get(pk=pk)
    form = LabelForm(request.POST or None, initial={"label": run.label})
    if form.is_valid():
        with refusals_into(form):
            labelled = notes.set_label(by=request.user, run=run, label=form.cleaned_data["label"])
        if not form.errors:
            said = f"Labelled “{labelled.label}”." if labelled.label else "The label is gone."
            return to_run(request, pk, said)
    return page_or_fragment(
        request,
        "pilots/run_label.html",
        {"run": run, "form": form},
        fragments={"dialog": "pilots/_run_label.html"},
    )
