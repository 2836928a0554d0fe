"""A gate as the rail, the list and its own page draw it."""

from collections.abc import Iterable, Sequence
from typing import Any

from ..models import Gate, GateDecision, Outcome
from ..rules import evidence, gates
from ..selectors.gate_evidence import rows_for_clients
from ..selectors.gates import Line, owners_of_conditions

_TONES = {Outcome.GO: "good", Outcome.CONDITIONAL: "warn", Outcome.NO_GO: "bad"}


def mark_of(gate: Gate, *, staff: bool, here: bool) -> gates.Mark:
    """How a gate of `selectors.rail.rail_of` is drawn. staff: for people of the house; others are told of no more than
    they may see, and never whether it is ready, which depends on internal things too. here: it leads out of the present
    stage."""
    return gates.mark(
        gate.state,
        stale=is_stale(gate, staff=staff),
        overrides=gate.overrides if staff else gate.overrides_for_clients,  # type: ignore[attr-defined]  # annotated
        ready=staff and here and gate.required > 0 and gate.held == gate.required,
        moved=gate.moved,  # type: ignore[attr-defined]  # annotated
    )


def is_stale(gate: Gate, *, staff: bool) -> bool:
    """Whether anything has changed, of which the reader may know, since the gate was passed."""
    return bool(gate.stale) if staff else gate.stale_for_clients


def decided(past: Sequence[GateDecision], lines: Iterable[Line], *, staff: bool) -> list[dict[str, Any]]:
    """The past decisions as their reader may see them. lines: what is found now. staff: for people of the house; to
    others nothing is said about who owns what follows from them, and of the evidence what `rows_for_clients` leaves,
    with no override of anything else."""
    owners = owners_of_conditions(past) if staff else {}
    lines = list(lines)
    return [_decision(one, lines, owners, staff=staff) for one in past]


def _decision(
    decision: GateDecision, lines: list[Line], owners: dict[str, str], *, staff: bool
) -> dict[str, Any]:
    """owners: of the actions that conditions made, empty for nobody."""
    rows: list[dict[str, Any]] = decision.evidence.get("exit_criteria", [])
    overrides = list(decision.overrides.all())
    if not staff:
        rows = rows_for_clients(decision, lines)
        kept = {row["id"]: row for row in rows}
        overrides = [one for one in overrides if str(one.exit_criterion) in kept]
        for one in overrides:
            one.found = one.found if kept[str(one.exit_criterion)]["text"] else ""
    return {
        "row": decision,
        "outcome": _TONES[Outcome(decision.outcome)],
        "rows": rows,
        "overrides": overrides,
        "conditions": [{**one, "owner": owners.get(str(one.get("action")))} for one in decision.conditions],
        "intact": evidence.digest_of(decision.evidence) == decision.digest,
    }
