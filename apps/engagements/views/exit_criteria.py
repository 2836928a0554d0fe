"""What a gate requires: adding, wording, ordering, removing; attesting that it holds."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check

from ..access import ItemRequest, item_access
from ..forms.gates import AttestForm, ExitCriterionForm, RemovalForm, RenameForm
from ..models import ExitCriterion, Gate
from ..services import exit_criteria as services
from .gate_page import render_gate
from .gates import done


@item_access(Gate, work=True, methods=["GET", "POST"])
def exit_criterion_add(request: ItemRequest, pk: UUID) -> HttpResponse:
    gate = request.item
    form = ExitCriterionForm(request.POST or None, gate=gate)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.add(by=request.user, gate=gate, **form.cleaned_data)
        if not form.errors:
            return redirect("gates:detail", gate.pk)
    context = {"engagement": gate.engagement, "gate": gate, "form": form}
    return render(request, "engagements/exit_criterion_new.html", context)


@item_access(Gate, work=True, methods=["GET", "POST"])
def exit_criterion_edit(request: ItemRequest, pk: UUID, exit_criterion: UUID) -> HttpResponse:
    gate, one = request.item, _of(request.item, exit_criterion)
    form = RenameForm(request.POST or None, row=one)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.rename(by=request.user, exit_criterion=one, **form.cleaned_data)
        if not form.errors:
            return redirect("gates:detail", gate.pk)
    context = {"engagement": gate.engagement, "gate": gate, "one": one, "form": form}
    return render(request, "engagements/exit_criterion_edit.html", context)


@item_access(Gate, work=True, methods=["GET", "POST"])
def exit_criterion_remove(request: ItemRequest, pk: UUID, exit_criterion: UUID) -> HttpResponse:
    gate, one = request.item, _of(request.item, exit_criterion)
    may = services.may_remove(request.user, one)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = RemovalForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.remove(by=request.user, exit_criterion=one, reason=form.cleaned_data["reason"])
        if not form.errors:
            return redirect("gates:detail", gate.pk)
    context = {"engagement": gate.engagement, "gate": gate, "one": one, "form": form, "may": may}
    context["who_removes"] = services.WHO_REMOVES
    return render(request, "engagements/exit_criterion_remove.html", context)


@item_access(Gate, work=True, methods=["POST"])
def exit_criterion_move(request: ItemRequest, pk: UUID, exit_criterion: UUID) -> HttpResponse:
    one = _of(request.item, exit_criterion)
    services.move(by=request.user, exit_criterion=one, up=request.POST.get("to") == "up")
    return done(request, "Moved.")


@item_access(Gate, work=True, methods=["POST"])
def exit_criterion_attest(request: ItemRequest, pk: UUID, exit_criterion: UUID) -> HttpResponse:
    one = _of(request.item, exit_criterion)
    form = AttestForm(request.POST, row=one, auto_id=f"attest_{one.pk}_%s")
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.attest(by=request.user, exit_criterion=one, **form.cleaned_data)
        if not form.errors:
            return done(request, f"Attested: {one.title}.", acted=one.pk)
    return render_gate(request, attest=(one.pk, form))


@item_access(Gate, work=True, methods=["POST"])
def exit_criterion_unattest(request: ItemRequest, pk: UUID, exit_criterion: UUID) -> HttpResponse:
    one = _of(request.item, exit_criterion)
    services.withdraw_attestation(by=request.user, exit_criterion=one)
    return done(request, f"Withdrawn: {one.title}.", acted=one.pk)


def _of(gate: Gate, pk: UUID) -> ExitCriterion:
    found = gate.exit_criteria.select_related("gate__engagement__client", "attested_by").filter(pk=pk).first()
    if found is None:
        raise Http404("No such exit criterion.")
    return found
