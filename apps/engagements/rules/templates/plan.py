"""What an engagement that starts on some day gets of a template: with real dates, and with what is left out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import content as shapes
from .days import date_of, is_past, warnings


@dataclass(frozen=True, slots=True)
class Dated:
    """One row of a phase with its date. moved: it would have been due before today."""

    what: Any
    due: date | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """A phase with dates. exit_criteria: those that the gate really gets; `Dated.what` is a shape of `content`."""

    stage: str
    gate_due: date | None
    exit_criteria: tuple[shapes.ExitCriterion, ...]
    milestones: tuple[Dated, ...]
    actions: tuple[Dated, ...]
    risks: tuple[shapes.Risk, ...]
    access_requests: tuple[Dated, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """left_out: what an engagement does not get, and why; warnings: what is odd; both in sentences."""

    starts_on: date
    phases: tuple[PlannedPhase, ...] = ()
    parts: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def planned(
    content: shapes.Content,
    *,
    starts_on: date,
    today: date,
    checks: Collection[str],
    parts: Collection[str],
) -> Plan:
    """A template's content on the calendar. checks, parts: the names that somebody offers now; what speaks of another
    is left out, and said."""
    phases = tuple(_phase(phase, starts_on, today, checks) for phase in content.phases)
    gone = [
        f"exit criterion “{name}”: nobody checks this any more" for name in unknown_checks(content, checks)
    ]
    gone += [
        f"{len(rows)} of “{name.replace('_', ' ')}”: no app keeps these any more"
        for name, rows in content.parts.items()
        if name not in parts
    ]
    odd = warnings(content)
    moved = sum(
        one.moved for phase in phases for one in (*phase.milestones, *phase.actions, *phase.access_requests)
    )
    gates = (phase.gate_day for phase in content.phases if phase.gate_day is not None)
    moved += sum(is_past(day, starts_on, today) for day in gates)
    if moved:
        odd.append(
            f"{moved} date{'' if moved == 1 else 's'} would lie in the past; due on the next working day instead."
        )
    kept = {name: rows for name, rows in content.parts.items() if name in parts}
    return Plan(starts_on, phases, kept, tuple(gone), tuple(odd))


def unknown_checks(content: shapes.Content, checks: Collection[str]) -> list[str]:
    """The names of checks that nobody offers, each once, in order."""
    named = (one.check for phase in content.phases for one in phase.exit_criteria if one.proof == "check")
    return list(dict.fromkeys(name for name in named if name not in checks))


def _phase(phase: shapes.Phase, starts_on: date, today: date, checks: Collection[str]) -> PlannedPhase:
    def dated(one: Any) -> Dated:
        if one.day is None:
            return Dated(one)
        return Dated(one, date_of(one.day, starts_on, today), is_past(one.day, starts_on, today))

    return PlannedPhase(
        phase.stage,
        None if phase.gate_day is None else date_of(phase.gate_day, starts_on, today),
        tuple(one for one in phase.exit_criteria if one.proof != "check" or one.check in checks),
        tuple(dated(one) for one in phase.milestones),
        tuple(dated(one) for one in phase.actions),
        phase.risks,
        tuple(dated(one) for one in phase.access_requests),
    )
