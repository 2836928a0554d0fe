"""Freezing what a gate decision rests on. Nothing of it can be changed afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record

from ..models import Gate, GateDecision, Override
from ..rules import evidence
from ..selectors.gates import Line
from ..selectors.removed_criteria import removed_from


def digest_of(lines: Iterable[Line]) -> str:
    """What somebody looks at before they decide: what is required, what is found, and what that rests on."""
    rows = [line.row() for line in lines]
    return evidence.digest_of([evidence.fixed(rows), sorted([row["id"], row["found"]] for row in rows)])


def freeze(
    by: User | None,
    gate: Gate,
    outcome: str,
    reason: str,
    lines: Iterable[Line],
    over: Mapping[UUID, str],
    conditions: list[dict[str, Any]],
    *,
    moved: bool = False,
) -> GateDecision:
    """Write down the decision with what every exit criterion came to. over: exit criterion → why it was passed
    over. moved: by nobody's decision, so that nothing of it can become stale."""
    lines = list(lines)
    rows = [
        line.row() | ({"overridden": over[line.criterion.pk]} if line.criterion.pk in over else {})
        for line in lines
    ]
    frozen: dict[str, Any] = {"gate": gate.reference, "stage": gate.stage, "exit_criteria": rows}
    frozen |= {"moved": reason} if moved else {}
    removed = [asdict(one) | {"at": one.at.isoformat()} for one in removed_from(gate)]
    frozen |= {"removed": removed} if removed else {}
    last = gate.decisions.aggregate(last=Max("number"))["last"] or 0
    decision = GateDecision.objects.create(
        gate=gate,
        number=last + 1,
        outcome=outcome,
        reason=reason,
        conditions=conditions,
        evidence=frozen,
        digest=evidence.digest_of(frozen),
        by=by,
        at=timezone.now(),
    )
    for line in lines:
        if by is not None and line.criterion.pk in over:
            _override(by, decision, line, over[line.criterion.pk])
    facts = {"outcome": str(outcome), "reason": reason, "number": decision.number, "digest": decision.digest}
    record(by=by, verb="decided", subject=gate, engagement=gate.engagement, **facts)
    return decision


def _override(by: User, decision: GateDecision, line: Line, reason: str) -> None:
    found = f"{line.finding.found}: {line.finding.text}"
    override = Override.objects.create(
        decision=decision,
        exit_criterion=line.criterion.pk,
        title=line.criterion.title,
        found=found,
        reason=reason,
        by=by,
    )
    engagement = decision.gate.engagement
    record(
        by=by, verb="overridden", subject=override, engagement=engagement, title=override.title, reason=reason
    )
