"""An engagement gets what a template holds: all of it, or nothing."""

from collections.abc import Iterable

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused

from ... import checks, template_parts
from ...models import Engagement, Gate, Kind, Member, MemberRole, Proof
from ...notices import About, Notice, doer, quietly, tell
from ...rules.templates import content as shapes
from ...rules.templates.plan import Plan, PlannedPhase
from ...selectors.templates import Known, plan_of
from .. import checklists, exit_criteria, items
from ..rechecking import counted_once
from ..registers.actions import add_action
from ..registers.milestones import add_milestone
from ..registers.raid import add_raid
from ..registers.requests import add_request

_KINDS = (Kind.ACTION, Kind.MILESTONE, Kind.RISK, Kind.ACCESS_REQUEST)


@transaction.atomic
def apply(*, by: User | None, engagement: Engagement, template: Known) -> Plan:
    """Write down on an engagement what a template plans, counted from `engagement.starts_on`, and return it. Every
    gate keeps what it requires anyway; the template adds to that. Mentions in its texts tell nobody; the engagement's
    lead is told once of what is theirs.

    Raises Refused for a template that cannot be used, and for an engagement that was started from one already.
    """
    if template.problems:
        raise Refused("template", unusable(template), field="template")
    locked = Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)
    if locked.started_from:
        message = f"This engagement was started from “{locked.started_from}” already."
        raise Refused("started", message, field="template")
    plan = plan_of(template.content, starts_on=locked.starts_on)
    parts = [part for part in template_parts.everyone() if part.name in plan.parts]
    items.hold_numbers(engagement, *_KINDS, *(kind for part in parts for kind in part.kinds))
    lead = _lead(engagement)
    with quietly(), counted_once(engagement):
        for phase in plan.phases:
            _write(by, engagement, phase, lead)
        for part in parts:
            part.write(by, engagement, plan.parts[part.name])
        _ask_of_gates(by, engagement, plan.phases)
    locked.started_from = engagement.started_from = template.name
    locked.save(update_fields=["started_from"])
    facts = {"template": template.name, **template.content.counts()}
    record(by=by, verb="started from a template", subject=locked, engagement=locked, **facts)
    _tell(by, engagement, lead, plan, template.name)
    return plan


def unusable(template: Known) -> str:
    """Why a template cannot be used, in one paragraph."""
    more = len(template.problems) - 3
    said = " ".join(template.problems[:3]) + (f" And {more} more." if more > 0 else "")
    return f"The template “{template.name}” cannot be used as it stands, so nothing was made. {said}"


def _lead(engagement: Engagement) -> User | None:
    leads = Member.objects.filter(engagement=engagement, role=MemberRole.LEAD, user__is_active=True)
    first = leads.select_related("user").order_by("created_at", "pk").first()
    return first.user if first else None


def _write(by: User | None, engagement: Engagement, phase: PlannedPhase, lead: User | None) -> None:
    for dated in phase.milestones:
        one: shapes.Milestone = dated.what
        assert dated.due is not None
        visible = one.client_visible
        add_milestone(
            by=by,
            engagement=engagement,
            title=one.title,
            due=dated.due,
            text=one.text,
            client_visible=visible,
        )
    for dated in phase.actions:
        action: shapes.Action = dated.what
        made = add_action(
            by=by,
            engagement=engagement,
            title=action.title,
            text=action.text,
            due=dated.due,
            owner=lead if action.who == shapes.LEAD else None,
            client_visible=action.client_visible,
        )
        checklists.add(by=by, action=made, texts=action.checklist)
    for risk in phase.risks:
        add_raid(
            by=by,
            engagement=engagement,
            kind=Kind.RISK,
            title=risk.title,
            text=risk.text,
            severity=risk.severity,
            likelihood=risk.likelihood,
            response=risk.response,
        )
    _ask_client(by, engagement, phase)


def _ask_client(by: User | None, engagement: Engagement, phase: PlannedPhase) -> None:
    gates = {gate.stage: gate for gate in Gate.objects.filter(engagement=engagement)}
    for dated in phase.access_requests:
        one: shapes.Request = dated.what
        add_request(
            by=by,
            engagement=engagement,
            title=one.title,
            text=one.text,
            due=dated.due,
            asked_for=one.asked_for,
            approver=one.approver,
            holds_up=gates.get(one.gate),
            client_visible=one.client_visible,
        )


def _ask_of_gates(by: User | None, engagement: Engagement, phases: Iterable[PlannedPhase]) -> None:
    gates = {gate.stage: gate for gate in Gate.objects.filter(engagement=engagement)}
    for phase in phases:
        gate = gates.get(phase.stage)
        if gate is None:
            continue
        if phase.gate_due:
            items.change(by=by, item=gate, version=None, due=phase.gate_due)
        for one in phase.exit_criteria:
            if not _is_asked(gate, one):
                check = checks.known(one.check)
                title = one.title or (check.title if check else "")
                exit_criteria.add(by=by, gate=gate, proof=one.proof, title=title, check_name=one.check)


def _is_asked(gate: Gate, one: shapes.ExitCriterion) -> bool:
    """Whether the gate requires this anyway; one approval is enough for it."""
    asked, proof = gate.exit_criteria.filter(proof=one.proof), Proof(one.proof)
    if proof == Proof.CHECK:
        return asked.filter(check_name=one.check).exists()
    return asked.exists() if proof == Proof.APPROVAL else asked.filter(title__iexact=one.title).exists()


def _tell(by: User | None, engagement: Engagement, lead: User | None, plan: Plan, name: str) -> None:
    theirs = sum(dated.what.who == shapes.LEAD for phase in plan.phases for dated in phase.actions)
    if lead and theirs:
        count = f"{theirs} action{'' if theirs == 1 else 's'}"
        text = f"{doer(by, lead)} gave you {count} on {engagement}, as planned in “{name}”"
        tell(Notice(About.ASSIGNMENT, lead, by, engagement, None, text))
