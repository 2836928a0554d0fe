"""A template as pages show it: its phases side by side, beneath a picture of the days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .. import checks, template_parts
from ..models import Approver, Asked, Stage
from ..rules.templates import content as shapes
from ..rules.templates.plan import Dated, Plan, PlannedPhase

_NOUNS = {
    "exit_criteria": ("exit criterion", "exit criteria"),
    "milestones": ("milestone", "milestones"),
    "actions": ("action", "actions"),
    "risks": ("risk", "risks"),
    "access_requests": ("access request", "access requests"),
}


@dataclass(frozen=True)
class Row:
    """One thing of a phase. when: a date or a day, in words; notes: a few words each."""

    title: str
    when: str = ""
    moved: bool = False
    notes: tuple[str, ...] = ()
    text: str = ""
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Rows of one sort."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Column:
    """One phase. gate: when its gate is due, in words."""

    name: str
    gate: str
    has_gate: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Mark:
    """Something on the picture of the days. x, width: in percent of it."""

    x: str
    title: str
    width: str = ""
    roomy: bool = True


@dataclass(frozen=True)
class Board:
    """All of a template. counts: what it holds, in words."""

    columns: tuple[Column, ...]
    parts: tuple[Group, ...]
    phases: tuple[Mark, ...]
    gates: tuple[Mark, ...]
    milestones: tuple[Mark, ...]
    weeks: tuple[Mark, ...]
    counts: str
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


def board_of(content: shapes.Content, plan: Plan, *, dated: bool) -> Board:
    """A template with real dates or, not `dated`, with days from the start."""
    columns = tuple(
        _column(phase, days, dated) for phase, days in zip(plan.phases, content.phases, strict=True)
    )
    phases, gates, milestones, weeks = _picture(content)
    return Board(
        columns,
        _parts(plan.parts),
        phases,
        gates,
        milestones,
        weeks,
        counts_of(content),
        plan.left_out,
        plan.warnings,
    )


def counts_of(content: shapes.Content) -> str:
    """Such as "17 exit criteria · 9 milestones"."""
    return " · ".join(f"{count} {_noun(name, count)}" for name, count in content.counts().items())


def _noun(name: str, count: int) -> str:
    if name in _NOUNS:
        return _NOUNS[name][count != 1]
    part = template_parts.known(name)
    return part.title.lower() if part else name.replace("_", " ")


def _column(phase: PlannedPhase, days: shapes.Phase, dated: bool) -> Column:
    gate = _when(phase.gate_due, days.gate_day, dated)
    groups = (
        Group("The gate requires", tuple(_criterion(one) for one in phase.exit_criteria)),
        Group("Milestones", tuple(_dated(one, dated) for one in phase.milestones)),
        Group("Actions", tuple(_dated(one, dated) for one in phase.actions)),
        Group("Asked of the client", tuple(_dated(one, dated) for one in phase.access_requests)),
        Group("Risks", tuple(_risk(one) for one in phase.risks)),
    )
    name = str(Stage(phase.stage).label)
    return Column(name, gate, phase.stage in shapes.GATED, tuple(group for group in groups if group.rows))


def _when(due: date | None, day: int | None, dated: bool) -> str:
    if dated:
        return f"{due:%Y-%m-%d}" if due else ""
    return f"day {day}" if day is not None else ""


def _criterion(one: shapes.ExitCriterion) -> Row:
    check = checks.known(one.check)
    how = {"check": "checked by Fieldwork", "approval": "approval", "attested": "attested with a link"}[
        one.proof
    ]
    return Row(one.title or (check.title if check else one.check), notes=(how,))


def _dated(one: Dated, dated: bool) -> Row:
    shape: Any = one.what
    return Row(
        shape.title,
        _when(one.due, shape.day, dated),
        one.moved,
        tuple(_notes(shape)),
        shape.text,
        getattr(shape, "checklist", ()),
    )


def _notes(shape: Any) -> Iterable[str]:
    if isinstance(shape, shapes.Request):
        yield f"{Asked(shape.asked_for).label}, {Approver(shape.approver).label}"
        if shape.gate:
            yield f"gate {Stage(shape.gate).label} waits for it"
    if isinstance(shape, shapes.Action):
        if shape.who == shapes.LEAD:
            yield "lead"
        if shape.checklist:
            count = len(shape.checklist)
            yield f"{count} line{'' if count == 1 else 's'} to tick"
        if shape.client_visible:
            yield "client sees this"
    elif not shape.client_visible:
        yield "internal"


def _risk(one: shapes.Risk) -> Row:
    text = "\n\n".join(part for part in (one.response, one.text) if part)
    return Row(one.title, notes=(f"severity {one.severity}, likelihood {one.likelihood}",), text=text)


def _parts(rows: Mapping[str, tuple[Mapping[str, Any], ...]]) -> tuple[Group, ...]:
    found = []
    for part in template_parts.everyone():
        told = [part.tell(row) for row in rows.get(part.name, ())]
        if told:
            found.append(
                Group(part.title, tuple(Row(one.title, notes=(one.note,), text=one.text) for one in told))
            )
    return tuple(found)


def _picture(
    content: shapes.Content,
) -> tuple[tuple[Mark, ...], tuple[Mark, ...], tuple[Mark, ...], tuple[Mark, ...]]:
    last = max(content.days, 1)

    def x(day: float) -> str:
        return f"{100 * day / last:.2f}%"

    phases, gates, start = [], [], 0
    for phase in content.phases:
        end = phase.gate_day
        name = str(Stage(phase.stage).label)
        if end is not None:
            gates.append(Mark(x(end), f"Gate {name}, day {end}"))
        elif phase.stage not in shapes.GATED and gates:
            end = last
        if end is not None and end > start:
            phases.append(Mark(x(start), name, x(end - start), roomy=(end - start) / last > 0.09))
            start = end
    promised = (one for phase in content.phases for one in phase.milestones)
    step = 1 if last <= 63 else 2 if last <= 140 else 4
    weeks = tuple(
        Mark(x(7 * week), str(week)) for week in range(0, last // 7 + 1, step) if 7 * week / last < 0.97
    )
    milestones = tuple(Mark(x(one.day), f"{one.title}, day {one.day}") for one in promised)
    return tuple(phases), tuple(gates), milestones, weeks
