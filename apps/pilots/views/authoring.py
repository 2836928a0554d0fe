"""Writing an evaluation by hand: a form in, the spec's own check, the same service as for a file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from apps.accounts.access import PersonRequest
from apps.accounts.access import access as person
from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.core.versions import STALE
from apps.core.web import field_check, page_or_fragment
from apps.dataplane.contract.messages import Operation
from apps.dispatch.models import Inquiry
from apps.engagements.access import EngagementRequest, access

from ..forms import Sheet, acted
from ..models import Evaluation
from ..presenters.rehearsals import rehearsal_of
from ..selectors.evaluations import latest_of
from ..services import authoring, rehearsals
from .evaluations import of_evaluation


@access(engagement="pk", work=True, methods=["GET", "POST"])
def evaluation_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """A blank form, or with ?from= a copy of another evaluation of this engagement."""
    base = _base(request)
    name = f"{base.name} copy"[:120] if base else ""
    return _form(request, base=base, name=name, seen=0)


@access(engagement=of_evaluation, work=True, methods=["GET", "POST"])
def evaluation_edit(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The form filled with a version; what is saved is the next one."""
    base = Evaluation.objects.get(pk=pk)
    latest = latest_of(base)
    return _form(request, base=base, name=base.name, seen=latest.version)


@person(roles=STAFF)
def rehearsal(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The answer to a dry run, for whoever asked for it."""
    found = Inquiry.objects.filter(pk=pk, asked_by=request.user, operation=Operation.REHEARSE)
    inquiry = found.select_related("plan__site").first()
    if inquiry is None:
        raise Http404("No such dry run.")
    return page_or_fragment(
        request,
        "pilots/rehearsal.html",
        rehearsal_of(inquiry),
        fragments={"rehearsal": "pilots/_rehearsal.html"},
    )


@access(engagement=of_evaluation, work=True, methods=["POST"])
def evaluation_rehearse(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """A dry run of a version as it was written."""
    version = Evaluation.objects.get(pk=pk)
    pilot = authoring.pilot_of(version)
    inquiry = rehearsals.rehearse(by=request.user, engagement=request.engagement, pilot=pilot, base=version)
    return redirect("pilots:rehearsal", pk=inquiry.pk)


def _base(request: EngagementRequest) -> Evaluation | None:
    """The evaluation named by ?from=, if it is one of this engagement's."""
    try:
        wanted = UUID(request.GET.get("from", ""))
    except ValueError:
        return None
    return Evaluation.objects.filter(pk=wanted, engagement=request.engagement).first()


def _form(request: EngagementRequest, *, base: Evaluation | None, name: str, seen: int) -> HttpResponse:
    given: dict[str, Any] = {"engagement": request.engagement, "base": base, "name": name, "seen": seen}
    if request.method != "POST":
        return _page(request, Sheet(dataset=request.GET.get("dataset", ""), **given), base, seen=seen)
    if changed := acted(request.POST):
        return _page(request, Sheet(changed, **given), base, seen=seen)
    sheet = Sheet(request.POST, **given)
    fine = sheet.is_valid()
    if answer := field_check(request, sheet):
        return answer
    if not fine or sheet.pilot is None:
        return _page(request, sheet, base, seen=seen, status=409)
    try:
        if request.POST.get("do") == "rehearse":
            inquiry = rehearsals.rehearse(
                by=request.user, engagement=request.engagement, pilot=sheet.pilot, base=base
            )
            return _page(request, sheet, base, seen=seen, rehearsal=inquiry)
        said = sheet.main.cleaned_data
        is_next = base is not None and seen > 0 and said["name"] == base.name
        evaluation = authoring.write_evaluation(
            by=request.user, name=said["name"], pilot=sheet.pilot, seen=said["seen"] if is_next else 0
        )
    except Refused as error:
        sheet.refuse(error.message, error.field)
        if error.code == STALE:
            sheet = _caught_up(sheet, request.POST, given)
        return _page(request, sheet, base, seen=seen, status=409)
    messages.success(
        request, f"Version {evaluation.version} is written. Start a run of it when you are ready."
    )
    return redirect("pilots:evaluation", pk=evaluation.pk)


def _caught_up(sheet: Sheet, data: QueryDict, given: dict[str, Any]) -> Sheet:
    """The same sheet with its message, on the version that is the latest by now."""
    again = data.copy()
    again["seen"] = str(given["seen"])
    caught = Sheet(again, **given)
    caught.is_valid()
    for message in sheet.main.non_field_errors():
        caught.refuse(str(message))
    return caught


def _page(
    request: EngagementRequest,
    sheet: Sheet,
    base: Evaluation | None,
    *,
    seen: int,
    rehearsal: Inquiry | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "engagement": request.engagement,
        "base": base,
        "copied": seen == 0,
        "sheet": sheet,
        "back": reverse("pilots:evaluation", args=[base.pk])
        if base
        else reverse("pilots:evaluations", args=[request.engagement.pk]),
    }
    if rehearsal is not None:
        context |= rehearsal_of(rehearsal)
    return page_or_fragment(
        request,
        "pilots/evaluation_form.html",
        context,
        fragments={"evaluation-form": "pilots/_evaluation_form.html"},
        status=status,
    )
