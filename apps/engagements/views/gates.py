"""Gates: the list, one gate's page, its decision, and opening it again."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check, wants_fragment

from .. import selectors
from ..access import EngagementRequest, ItemRequest, access, item_access
from ..forms.gates import DueForm, ReasonForm
from ..models import Gate
from ..presenters.gates import mark_of
from ..rules import gates as rules
from ..selectors.gates import decided_since, look_at
from ..selectors.rail import rail_of
from ..services import gates as services
from .gate_page import decision_form, render_gate


@access(engagement="pk", client_visible=True)
def gate_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, staff = request.engagement, request.user.is_staff_member
    rows = []
    for gate in rail_of(engagement):
        here = gate.stage == engagement.stage
        rows.append((gate, mark_of(gate, staff=staff, here=here), here))
    context = {"engagement": engagement, "rows": rows, "staff": staff}
    return render(request, "engagements/gate_list.html", context)


@item_access(Gate, client_visible=True)
def gate_detail(request: ItemRequest, pk: UUID) -> HttpResponse:
    return render_gate(request)


@item_access(Gate, work=True, methods=["POST"])
def gate_decide(request: ItemRequest, pk: UUID) -> HttpResponse:
    gate, user = request.item, request.user
    if not selectors.may_staff(user, gate.engagement):
        raise PermissionDenied
    form = decision_form(user, gate, look_at(gate), request.POST)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            decision = services.decide(
                by=user,
                gate=gate,
                outcome=form.cleaned_data["outcome"],
                reason=form.cleaned_data["reason"],
                conditions=form.conditions(),
                overrides=form.overrides(),
                seen=form.cleaned_data["seen"],
                after=form.cleaned_data["after"],
            )
        if not form.errors:
            messages.success(request, f"Decided: {decision.get_outcome_display()} on {gate}.")
            return redirect("gates:detail", gate.pk)
    elif decided := decided_since(gate, form.cleaned_data.get("after"), by=user):
        form.add_error(None, decided)
    gate.refresh_from_db()
    return render_gate(request, decision=form)


@item_access(Gate, work=True, methods=["GET", "POST"])
def gate_reopen(request: ItemRequest, pk: UUID) -> HttpResponse:
    gate = request.item
    form = ReasonForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.reopen(by=request.user, gate=gate, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, f"{gate} is open again.")
            return redirect("gates:detail", gate.pk)
    later = [
        one for one in rail_of(gate.engagement) if one.number > gate.number and one.state in rules.BEHIND
    ]
    context = {"engagement": gate.engagement, "gate": gate, "form": form, "later": later}
    context["may_reopen"] = request.user.role in selectors.SEE_ALL and gate.state in rules.BEHIND
    return render(request, "engagements/gate_reopen.html", context)


@item_access(Gate, work=True, methods=["POST"])
def gate_due(request: ItemRequest, pk: UUID) -> HttpResponse:
    form = DueForm(request.POST, row=request.item, auto_id="due_%s")
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.set_due(by=request.user, gate=request.item, **form.cleaned_data)
        if not form.errors:
            return done(request, "Saved.")
    return render_gate(request, due=form)


def done(request: ItemRequest, message: str, acted: UUID | None = None) -> HttpResponse:
    """After something was changed in place: the gate's part of the page for htmx, else the page. acted: the exit
    criterion that it was about."""
    messages.success(request, message)
    if not wants_fragment(request):
        return redirect("gates:detail", request.item.pk)
    request.item = selectors.get_item(request.user, request.item.pk, Gate)
    request.engagement = request.item.engagement
    return render_gate(request, acted=acted)
