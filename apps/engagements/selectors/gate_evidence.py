"""What a gate's decision rested on, as its readers may see it, and what has changed since."""

from collections.abc import Container, Iterable
from typing import Any

from ..models import Gate, GateDecision, Proof
from ..rules import evidence
from ..rules.gates import BEHIND
from .gates import Line, for_clients

Row = dict[str, Any]  # as `rules.evidence` has it


def changes(gate: Gate, decision: GateDecision | None, lines: Iterable[Line]) -> list[str]:
    """What has changed since a passed gate was decided last, one sentence each. lines: what is found now."""
    if decision is None or not _may_change(gate, decision):
        return []
    return evidence.changes(_rows(decision), [line.row() for line in lines])


def changes_for_clients(gate: Gate, decision: GateDecision | None, lines: Iterable[Line]) -> list[str]:
    """`changes`, as far as client viewers may know of them."""
    if decision is None or not _may_change(gate, decision):
        return []
    shown = for_clients(lines)
    then = rows_for_clients(decision, shown)
    quiet = {row["id"] for row in then if row.get("quiet")}
    return evidence.changes(then, [_hushed(line.row(), quiet) for line in shown])


def rows_for_clients(decision: GateDecision, lines: Iterable[Line]) -> list[Row]:
    """Of what was frozen with a decision, what client viewers may see: a success criterion while it is required and
    client-visible, whatever it was then; of a check that was quiet then, or is by now, what it came to and not why.
    lines: what is found now."""
    shown = for_clients(lines)
    known = {str(line.criterion.pk) for line in shown}
    quiet = {str(line.criterion.pk) for line in shown if line.quiet}
    return [_hushed(row, quiet) for row in _rows(decision) if _may_show(row, known)]


def _rows(decision: GateDecision) -> list[Row]:
    rows: list[Row] = decision.evidence.get("exit_criteria", [])
    return rows


def _may_change(gate: Gate, decision: GateDecision) -> bool:
    """Of what nobody decided, nothing can become stale."""
    return gate.state in BEHIND and not decision.by_nobody


def _may_show(row: Row, known: Container[str]) -> bool:
    """A success criterion goes by what it is now; anything else by what it was."""
    return row["id"] in known if row["proof"] == Proof.CRITERION else not row.get("internal")


def _hushed(row: Row, quiet: Container[str]) -> Row:
    """A row without why, where that was quiet or is by now (`quiet`: ids)."""
    if row.get("quiet") or row["id"] in quiet:
        return row | {"text": "", "evidence": [], "signed": [], "quiet": True}
    return row
