"""Baselines and value assumptions of a use case."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from apps.core.errors import Refused
from apps.core.forms import EditForm, refusals_into
from apps.core.web import confirmation, field_check, refusal
from apps.engagements.access import ItemRequest, item_access

from .. import services
from ..forms import AssumptionForm, BaselineForm
from ..models import Baseline, UseCase, ValueAssumption


@item_access(UseCase, work=True, methods=["GET", "POST"])
def baseline_new(request: ItemRequest, pk: UUID) -> HttpResponse:
    form = BaselineForm(request.POST or None, row=Baseline(use_case=request.item))
    return _new(request, form, services.add_baseline, "baseline")


@item_access(UseCase, work=True, methods=["GET", "POST"])
def baseline_edit(request: ItemRequest, pk: UUID, baseline: UUID) -> HttpResponse:
    row = _part(request, Baseline, baseline)
    form = BaselineForm(request.POST or None, row=row)
    return _edit(request, form, lambda **said: services.change_baseline(baseline=row, **said), row)


@item_access(UseCase, work=True, methods=["GET", "POST"])
def baseline_remove(request: ItemRequest, pk: UUID, baseline: UUID) -> HttpResponse:
    row = _part(request, Baseline, baseline)
    return _remove(request, row, lambda: services.remove_baseline(by=request.user, baseline=row))


@item_access(UseCase, work=True, methods=["GET", "POST"])
def assumption_new(request: ItemRequest, pk: UUID) -> HttpResponse:
    form = AssumptionForm(request.POST or None, row=ValueAssumption(use_case=request.item))
    return _new(request, form, services.add_assumption, "value assumption")


@item_access(UseCase, work=True, methods=["GET", "POST"])
def assumption_edit(request: ItemRequest, pk: UUID, assumption: UUID) -> HttpResponse:
    row = _part(request, ValueAssumption, assumption)
    form = AssumptionForm(request.POST or None, row=row)
    return _edit(request, form, lambda **said: services.change_assumption(assumption=row, **said), row)


@item_access(UseCase, work=True, methods=["GET", "POST"])
def assumption_remove(request: ItemRequest, pk: UUID, assumption: UUID) -> HttpResponse:
    row = _part(request, ValueAssumption, assumption)
    return _remove(request, row, lambda: services.remove_assumption(by=request.user, assumption=row))


def _part(request: ItemRequest, model: Any, pk: UUID) -> Any:
    """That figure of the use case. Raises Http404."""
    found = model.objects.select_related("use_case__engagement").filter(use_case=request.item, pk=pk).first()
    if found is None:
        raise Http404("No such figure.")
    return found


def _new(request: ItemRequest, form: EditForm, add: Any, noun: str) -> HttpResponse:
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        with refusals_into(form):
            add(by=request.user, use_case=request.item, **said)
        if not form.errors:
            messages.success(request, f"The {noun} is written down.")
            return redirect(request.item)
    return _form_page(request, form, f"A {noun} of {request.item.reference}", "Write it down")


def _edit(request: ItemRequest, form: EditForm, change: Any, row: Any) -> HttpResponse:
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            change(by=request.user, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(request.item)
    return _form_page(request, form, f"{row}", "Save")


def _form_page(request: ItemRequest, form: EditForm, title: str, action: str) -> HttpResponse:
    context = {
        "engagement": request.engagement,
        "item": request.item,
        "form": form,
        "title": title,
        "action": action,
        "back": request.item.get_absolute_url(),
    }
    return render(request, "scoping/part_form.html", context)


def _remove(request: ItemRequest, row: Any, remove: Any) -> HttpResponse:
    if request.method == "POST":
        try:
            remove()
        except Refused as error:
            return refusal(request, error)
        messages.success(request, f"{row} is removed.")
        return redirect(request.item)
    return confirmation(
        request,
        title="Remove this figure?",
        text=f"{row} is taken out of {request.item}. The history keeps what it said.",
        action="Remove",
        back=request.item.get_absolute_url(),
    )
