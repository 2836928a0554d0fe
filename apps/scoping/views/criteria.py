"""Success criteria: the list, their pages, and what is measured of them by hand."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.web import field_check, page_or_fragment, refusal
from apps.engagements.access import EngagementRequest, ItemRequest, access, item_access
from apps.engagements.models import Item
from apps.engagements.selectors import items_of, may_work_on
from apps.engagements.selectors.approvals import approvals_of

from .. import services
from ..forms import CriterionForm, DropForm, HandForm
from ..gatekeeping import approvable
from ..models import SuccessCriterion
from ..presenters import criteria as presenters
from ..presenters.measured import shown
from ..presenters.thread import strands_of, thread_of
from ..selectors import criteria

SIZE = 50  # measurements on one page
EVIDENCE = 500  # items that are offered as evidence


@access(engagement="pk", client_visible=True)
def criterion_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The engagement's criteria: what decides, who, and what was measured last."""
    page = page_of(request, criteria.listed(request.user, request.engagement))
    context = {
        "engagement": request.engagement,
        "page": page,
        "lines": presenters.lines_of(request.user, list(page.object_list)),
        "may_work": may_work_on(request.user, request.engagement),
    }
    return page_or_fragment(request, "scoping/criterion_list.html", context)


@access(engagement="pk", client_visible=True)
def thread(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """From the problem to the sign-off, one line for each criterion."""
    context = {
        "engagement": request.engagement,
        "strands": thread_of(request.user, request.engagement),
        "may_work": may_work_on(request.user, request.engagement),
    }
    return render(request, "scoping/thread.html", context)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def criterion_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    given = {"use_case": request.GET.get("use_case", "")}
    form = CriterionForm(request.POST or None, engagement=request.engagement, initial=given)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            made = services.write_criterion(by=request.user, engagement=request.engagement, **form.said())
        if not form.errors:
            messages.success(request, f"{made.reference} is {_said(made)}.")
            return redirect(made)
    context = {"engagement": request.engagement, "form": form}
    return render(request, "scoping/criterion_form.html", context)


@item_access(SuccessCriterion, client_visible=True)
def criterion_detail(request: ItemRequest, pk: UUID) -> HttpResponse:
    return _page(request)


@item_access(SuccessCriterion, work=True, methods=["GET", "POST"])
def criterion_edit(request: ItemRequest, pk: UUID) -> HttpResponse:
    criterion: SuccessCriterion = request.item
    form = CriterionForm(request.POST or None, engagement=request.engagement, row=criterion)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            changed = services.change_criterion(
                by=request.user,
                criterion=criterion,
                version=form.cleaned_data["version"],
                **form.said(),
            )
        if not form.errors:
            messages.success(request, f"{changed.reference} is {_said(changed)}.")
            return redirect(criterion)
    context = {
        "engagement": request.engagement,
        "form": form,
        "item": criterion,
        "measured": criterion.measurements.exists(),
    }
    return render(request, "scoping/criterion_form.html", context)


@item_access(SuccessCriterion, work=True, methods=["GET", "POST"])
def criterion_drop(request: ItemRequest, pk: UUID) -> HttpResponse:
    """Why is asked for; what was measured stays."""
    form = DropForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.drop_criterion(by=request.user, criterion=request.item, **form.cleaned_data)
        if not form.errors:
            messages.success(request, f"{request.item.reference} is dropped.")
            return redirect(request.item)
    context = {
        "engagement": request.engagement,
        "item": request.item,
        "form": form,
        "title": f"Drop {request.item}?",
        "text": "What was measured of it stays. A gate that rests on it becomes stale.",
        "action": "Drop it",
        "back": request.item.get_absolute_url(),
    }
    return render(request, "scoping/part_form.html", context)


@item_access(SuccessCriterion, work=True, methods=["POST"])
def criterion_restore(request: ItemRequest, pk: UUID) -> HttpResponse:
    criterion: SuccessCriterion = request.item
    try:
        restored = services.restore_criterion(by=request.user, criterion=criterion)
    except Refused as error:
        return refusal(request, error)
    messages.success(request, f"{restored.reference} is {_said(restored)} again.")
    return redirect(criterion)


@item_access(SuccessCriterion, work=True, methods=["GET", "POST"])
def criterion_measure(request: ItemRequest, pk: UUID) -> HttpResponse:
    """A measurement by hand, with evidence."""
    criterion: SuccessCriterion = request.item
    proofs = items_of(request.user, request.engagement, Item).exclude(pk=pk).order_by("-at", "-pk")[:EVIDENCE]
    offered = Item.objects.filter(pk__in=proofs.values("pk")).order_by("-at", "-pk").defer("search", "text")
    form = HandForm(request.POST or None, items=offered, unit=criterion.unit)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            made = services.measure_by_hand(by=request.user, criterion=criterion, **form.said())
        if not form.errors:
            messages.success(request, f"Written down: {made.verdict}.")
            return redirect(criterion)
    context = {
        "engagement": request.engagement,
        "item": criterion,
        "form": form,
        "line": presenters.line_of(request.user, criterion, []),
    }
    return render(request, "scoping/measurement_new.html", context)


def _page(request: ItemRequest) -> HttpResponse:
    user, engagement = request.user, request.engagement
    criterion = criteria.listed(user, engagement).select_related("by", "owner").get(pk=request.item.pk)
    criterion.engagement = engagement
    (strand,) = strands_of(user, engagement, [criterion])
    page = page_of(request, criteria.measurements_of(criterion), SIZE)
    rows = shown(user, list(page.object_list), criterion.goal)
    context = {
        "engagement": engagement,
        "item": criterion,
        "strand": strand,
        "line": strand.line,
        "page": page,
        "measured": rows,
        "asked": approvals_of(criterion, digest=approvable(criterion)),
        "may_work": may_work_on(user, engagement),
    }
    return render(request, "scoping/criterion_detail.html", context)


def _said(criterion: SuccessCriterion) -> str:
    return "stated" if criterion.state == "stated" else "kept as an open unknown"
