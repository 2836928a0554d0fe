"""The calendar of a template: days from the start become dates, and dates that do not fit together are found."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from ..stages import STAGES
from . import content as shapes

SATURDAY = 5


def working(day: date) -> date:
    """The day itself, or the Monday after when it falls on a weekend. What was in order stays in order."""
    return day + timedelta(days=max(7 - day.weekday(), 0)) if day.weekday() >= SATURDAY else day


def date_of(day: int, starts_on: date, today: date) -> date:
    """The date of that day of an engagement which starts on `starts_on`: never on a weekend, never in the past."""
    return max(working(starts_on + timedelta(days=day)), working(today))


def is_past(day: int, starts_on: date, today: date) -> bool:
    """Whether that day had to be moved because it lies before today."""
    return working(starts_on + timedelta(days=day)) < today


def backwards(phases: Iterable[shapes.Phase]) -> list[tuple[str, str]]:
    """Of each gate that is due before one of an earlier stage, the stage and a sentence. phases: in the order of the
    stages."""
    found = []
    latest: shapes.Phase | None = None
    for phase in phases:
        if phase.gate_day is None:
            continue
        if latest is not None and latest.gate_day is not None and phase.gate_day < latest.gate_day:
            here, there = (each.stage.capitalize() for each in (phase, latest))
            says = (
                f"The dates run backwards: gate {here} is due on day {phase.gate_day}, before gate {there} on day "
                f"{latest.gate_day}. Give it day {latest.gate_day} or a later one."
            )
            found.append((phase.stage, says))
        else:
            latest = phase
    return found


def warnings(content: shapes.Content) -> list[str]:
    """What of the days is odd, though it may be meant: one sentence each."""
    gates = {phase.stage: phase.gate_day for phase in content.phases}
    return [said for phase in content.phases for said in _warnings(phase, gates)]


def _warnings(phase: shapes.Phase, gates: dict[str, int | None]) -> list[str]:
    name, gate = phase.stage.capitalize(), phase.gate_day
    dated: list[shapes.Milestone | shapes.Action] = [*phase.milestones, *phase.actions]
    late = [
        f"“{one.title}” is due on day {one.day}, after the gate of its phase {name} on day {gate}."
        for one in dated
        if one.day is not None and gate is not None and one.day > gate
    ]
    for one in phase.access_requests:
        waits = gates.get(one.gate)
        if one.day is not None and waits is not None and one.day > waits:
            where = f"gate {one.gate.capitalize()}, which waits for it, is due on day {waits}"
            late.append(f"“{one.title}” is needed by day {one.day}, but {where}.")
    return late


def stage_of(day: int | None, gate_days: Mapping[str, int | None]) -> str:
    """The phase into which something falls that is due on that day: the first one whose gate is not before it; what
    comes after all gates falls into the phase behind the last one. Without a day it falls into the first."""
    if day is None:
        return STAGES[0]
    dated = [(stage, gate) for stage in shapes.GATED if (gate := gate_days.get(stage)) is not None]
    for stage, gate in dated:
        if day <= gate:
            return stage
    return STAGES[STAGES.index(dated[-1][0]) + 1] if dated else STAGES[0]
