"""Reads of gates: what each exit criterion comes to now, what was decided, how the rail shows them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Role, User

from .. import checks
from ..checks import Finding, Found
from ..models import Approval, Engagement, ExitCriterion, Gate, GateDecision, Item, Proof
from ..rules import evidence
from ..rules import gates as rules
from .approvals import latest_answers
from .rail import rail_of


@dataclass(frozen=True)
class Line:
    """An exit criterion and what is found of it now. internal: not for the client's viewers at all. quiet: they
    may know of it and of what was found, but not why. signed: who has approved its success criterion."""

    criterion: ExitCriterion
    finding: Finding
    internal: bool = False
    quiet: bool = False
    signed: tuple[dict[str, Any], ...] = field(default=())

    @property
    def holds(self) -> bool:
        return self.finding.found == Found.PASSED

    def row(self) -> dict[str, Any]:
        """As `rules.evidence` has it."""
        row = {
            "id": str(self.criterion.pk),
            "title": self.criterion.title,
            "proof": self.criterion.proof,
            "found": str(self.finding.found),
            "text": self.finding.text,
            "evidence": evidence.plain(self.finding.evidence),
        }
        marks = {"internal": self.internal, "quiet": self.quiet, "signed": evidence.plain(self.signed)}
        return row | {name: value for name, value in marks.items() if value}


def standing_of(engagement: Engagement, gates: Iterable[Gate]) -> rules.Standing:
    """Where the engagement stands, for `rules.gates`."""
    return rules.Standing(engagement.stage, {gate.stage: gate.state for gate in gates})


def next_gate(engagement: Engagement) -> Gate | None:
    """The gate of the present stage; none in handover."""
    return next((gate for gate in rail_of(engagement) if gate.stage == engagement.stage), None)


def owners_of_conditions(decisions: Iterable[GateDecision]) -> dict[str, str]:
    """Who owns the actions that the decisions' conditions made, by the action's id; empty for nobody. One query."""
    ids = [one["action"] for decision in decisions for one in decision.conditions if one.get("action")]
    owned = Item.objects.filter(pk__in=ids).values_list("pk", "owner__name") if ids else ()
    return {str(pk): name or "" for pk, name in owned}


def decisions_of(gate: Gate) -> QuerySet[GateDecision]:
    """What was decided about a gate, newest first, with overrides."""
    return gate.decisions.select_related("by").prefetch_related("overrides__by")


def decided_since(gate: Gate, after: int | None, *, by: User) -> str:
    """Who has decided a gate since its decision of that number, and when, in words; empty when nobody has. None: it
    is not known what was looked at."""
    last = decisions_of(gate).first()
    if after is None or last is None or last.number <= after:
        return ""
    at = timezone.localtime(last.at).strftime("%Y-%m-%d %H:%M")
    name = "You" if last.by_id == by.pk else last.by and last.by.name
    who = f"{name} decided “{last.get_outcome_display()}”" if name else "Fieldwork moved on"
    way = ", or a manager may reopen the gate" if gate.state in rules.BEHIND else ""
    return (
        f"{who} on {at}, after you had opened this page, so yours was not taken. What you typed is still here. Read "
        f"below what was decided; you may decide again{way}."
    )


def look_at(gate: Gate) -> list[Line]:
    """What each of the gate's exit criteria comes to now, in order: every check is asked."""
    criteria = list(
        gate.exit_criteria.select_related("criterion", "attested_by").order_by("position", "created_at")
    )
    signed = _signed(criteria)
    lines = {
        one.pk: _line(gate, one, signed.get(one.criterion_id, ()))
        for one in criteria
        if one.proof != Proof.APPROVAL
    }
    if len(lines) < len(criteria):
        approved = _approval(gate, lines.values())
        lines |= {one.pk: Line(one, approved) for one in criteria if one.pk not in lines}
    return [lines[one.pk] for one in criteria]


def for_reader(user: User, lines: Iterable[Line]) -> list[Line]:
    """The lines of which a person may know."""
    return for_clients(lines) if user.role == Role.CLIENT else list(lines)


def for_clients(lines: Iterable[Line]) -> list[Line]:
    """The lines of which client viewers may know, without what is internal of them."""
    return [
        Line(line.criterion, Finding(line.finding.found, ""), quiet=True) if line.quiet else line
        for line in lines
        if not line.internal
    ]


def approvable(lines: Iterable[Line]) -> str:
    """The digest of what the client approves with a gate: what it requires and what shows it, as far as they may
    see it and it is not their approval itself. Of a quiet line they see that it is required and not what shows it."""
    seen = for_clients(line for line in lines if line.criterion.proof != Proof.APPROVAL)
    return evidence.digest_of(evidence.fixed(line.row() for line in seen))


def approvable_gate(gate: Gate) -> str:
    """`approvable` of a gate as it is now."""
    others = gate.exit_criteria.exclude(proof=Proof.APPROVAL)
    criteria = list(others.select_related("criterion", "attested_by"))
    return approvable([_line(gate, one, ()) for one in criteria])


def _line(gate: Gate, one: ExitCriterion, signed: tuple[dict[str, Any], ...]) -> Line:
    if one.proof == Proof.CHECK:
        check = checks.known(one.check_name)
        if check is None:
            return Line(one, Finding(Found.UNDECIDED, "Nobody here can check this any more."), quiet=True)
        return Line(one, check.ask(gate), quiet=not check.client_visible)
    if one.proof == Proof.CRITERION:
        item = one.criterion
        assert item is not None
        return Line(one, checks.ask_criterion(gate, item), not item.client_visible, signed=signed)
    return Line(one, _attested(one))


def _attested(one: ExitCriterion) -> Finding:
    if one.attested_by is None or one.attested_at is None:
        return Finding(Found.UNDECIDED, "Nobody has attested this yet.")
    part = {
        "what": one.title,
        "says": f"attested by {one.attested_by.name} with {one.link}",
        "who": one.attested_by.name,
        "at": one.attested_at.isoformat(),
        "link": one.link,
    }
    return Finding(Found.PASSED, f"Attested by {one.attested_by.name}.", one.link, (part,))


def _approval(gate: Gate, others: Iterable[Line]) -> Finding:
    """What the client's people have answered, of the gate as it is now."""
    asked = latest_answers([gate.pk])
    if not asked:
        return Finding(Found.UNDECIDED, "Nobody has been asked to approve it yet.")
    now = approvable(others)
    parts = tuple(_signature(one) for one in asked if one.answer)
    if declined := [one for one in asked if one.answer == "declined"]:
        return Finding(Found.FAILED, f"{declined[0].asked_of.name} declined: {declined[0].words}", "", parts)
    if earlier := [one for one in asked if one.answer and one.digest != now]:
        text = f"{earlier[0].asked_of.name} approved an earlier version of it; ask again."
        return Finding(Found.UNDECIDED, text, "", parts)
    if waiting := [one.asked_of.name for one in asked if not one.answer]:
        return Finding(Found.UNDECIDED, f"Waiting for {', '.join(waiting)}.", "", parts)
    return Finding(Found.PASSED, f"Approved by {', '.join(one.asked_of.name for one in asked)}.", "", parts)


def _signature(one: Approval) -> dict[str, Any]:
    at = one.answered_at.isoformat() if one.answered_at else ""
    return {
        "what": f"answer of {one.asked_of.name}",
        "says": f"{one.asked_of.name} {one.answer}",
        "answer": one.answer,
        "at": at,
        "digest": one.digest,
    }


def _signed(criteria: Iterable[ExitCriterion]) -> dict[UUID | None, tuple[dict[str, Any], ...]]:
    """Answers to requests for approval of the success criteria themselves, by their ids."""
    found: dict[UUID | None, tuple[dict[str, Any], ...]] = {}
    wanted = [one.criterion_id for one in criteria if one.criterion_id]
    for one in latest_answers(wanted) if wanted else ():
        if one.answer:
            found[one.item_id] = (*found.get(one.item_id, ()), _signature(one))
    return found
