"""A gate's page: what every view that shows it needs."""

from typing import Any

from django.http import HttpResponse

from apps.accounts.models import Role, User
from apps.core.typed import typed_in
from apps.core.web import page_or_fragment

from .. import selectors
from ..access import ItemRequest
from ..forms.gates import AttestForm, DecisionForm, DueForm
from ..models import Gate, Proof
from ..presenters.gates import decided, is_stale
from ..rules import gates
from ..selectors.approvals import approvals_of
from ..selectors.gate_evidence import changes, changes_for_clients
from ..selectors.gates import (
    Line,
    approvable,
    decisions_of,
    for_reader,
    look_at,
    standing_of,
)
from ..selectors.rail import rail_of
from ..selectors.removed_criteria import removed_from
from ..services.gates import digest_of

FRAGMENTS = {"gate": "engagements/_gate.html"}


def render_gate(request: ItemRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of the request's gate, or the part of it that htmx asks for. forms: those that were sent and have
    something wrong; `attest` is the exit criterion's id and its form; acted: the exit criterion about which something
    was just done, so that what was typed about it is used up."""
    gate: Gate = request.item
    lines = look_at(gate)
    context = _context(request.user, gate, lines) | _forms(request.user, gate, lines, forms)
    open_to_decision = context["may_decide"] and not context["not_now"]
    wanted = (
        not context["behind"]
        or context["stale"]
        or context["changed"]
        or "decision" in forms
        or "again" in request.GET
    )
    context |= {"deciding": open_to_decision and wanted, "may_again": open_to_decision and not wanted}
    if "decision" in forms:
        # what the page has no box for any more, because its exit criterion holds or the gate is closed to decisions
        boxes = forms["decision"].fields if context["deciding"] else ()
        context |= {"sent": forms["decision"], "typed": typed_in(request, shown=boxes)}
    return page_or_fragment(
        request, "engagements/gate_detail.html", context, fragments=FRAGMENTS, status=status
    )


def decision_form(user: User, gate: Gate, lines: list[Line], data: Any = None) -> DecisionForm:
    """The form in which a gate is decided, as far as that person may."""
    people = [member.user for member in selectors.members_of(gate.engagement)]
    seen = digest_of(lines)
    return DecisionForm(
        data,
        gate=gate,
        lines=lines,
        people=people,
        overrides=user.role in selectors.SEE_ALL,
        initial={"seen": seen},
        auto_id="decide_%s",
    )


def _context(user: User, gate: Gate, lines: list[Line]) -> dict[str, Any]:
    engagement = gate.engagement
    shown = for_reader(user, lines)
    asked = approvals_of(gate, digest=approvable(lines))
    standing = standing_of(engagement, rail_of(engagement))
    staff = user.role != Role.CLIENT
    past = list(decisions_of(gate))
    decisions = decided(past, lines, staff=staff)
    stale, compare = is_stale(gate, staff=staff), changes if staff else changes_for_clients
    return {
        "engagement": engagement,
        "gate": gate,
        "item": gate,
        "held": sum(line.holds for line in shown),
        "shown": shown,
        "mark": gates.mark(
            gate.state,
            stale=stale,
            overrides=sum(len(one["overrides"]) for one in decisions),
            ready=staff and gate.required > 0 and gate.held == gate.required,
            moved=not decisions or decisions[0]["row"].by_nobody,
        ),
        "stale": stale,
        "changed": compare(gate, past[0] if past else None, lines),
        "decisions": decisions,
        "after": max((one["row"].number for one in decisions), default=0),
        "asked": asked,
        "mine": next(
            (one for one in asked if one.state == "open" and one.approval.asked_of_id == user.pk), None
        )
        if engagement.is_open
        else None,
        "not_now": gates.closed_to(standing, gate.stage, "go"),
        "behind": gate.state in gates.BEHIND,
        **_rights(user, gate),
        "staff": staff,
        "removed": removed_from(gate) if staff else [],  # may name what is internal
    }


def _forms(user: User, gate: Gate, lines: list[Line], forms: dict[str, Any]) -> dict[str, Any]:
    if user.role == Role.CLIENT:
        return {"rows": [(line, None, None, ()) for line in for_reader(user, lines)]}
    decision = forms.get("decision") or decision_form(user, gate, lines)
    sent, attest = forms.get("attest", (forms.get("acted"), None))
    rows = []
    for line in lines:
        one, form = line.criterion, None
        if one.proof == Proof.ATTESTED:
            form = attest if one.pk == sent else None
            form = form or AttestForm(row=one, auto_id=f"attest_{one.pk}_%s")
        rows.append((line, form, decision.override_of(line), decision.condition_of(one.pk)))
    return {
        "rows": rows,
        "form": decision,
        "acted": sent,
        "further": decision.condition_of("more"),
        "due_form": forms.get("due") or DueForm(row=gate, auto_id="due_%s"),
        "preview": digest_of(lines),
    }


def _rights(user: User, gate: Gate) -> dict[str, bool]:
    """What that person may do about the gate."""
    engagement, staff = gate.engagement, user.role != Role.CLIENT
    return {
        "may_work": staff and selectors.may_work_on(user, engagement),
        "may_decide": staff and engagement.is_open and selectors.may_staff(user, engagement),
        "manages": user.role in selectors.SEE_ALL,
        "may_reopen": user.role in selectors.SEE_ALL and engagement.is_open and gate.state in gates.BEHIND,
    }
