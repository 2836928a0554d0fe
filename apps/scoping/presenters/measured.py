"""Measurements as pages show them: written out, drawn to scale, with where they came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.accounts.models import Role, User

from ..evidence import Provenance, provenance_of
from ..models import Measurement, SuccessCriterion
from ..rules.goals import Goal, of_hand
from ..rules.units import kind_of, suffix_of, threshold_text
from ..selectors import criteria


@dataclass(frozen=True)
class Shown:
    """One measurement. kind: of `core.figures`; top: the end of the scale that holds value and threshold; goal: what
    decided then; is_current: whether that still is what the criterion says; why: of a verdict by hand."""

    measurement: Measurement
    came_from: Provenance
    kind: str
    suffix: str
    bottom: float
    top: float
    goal: str
    is_current: bool
    why: str
    evidence: str


def shown(
    user: User, rows: Iterable[Measurement], goal: Goal | None, known: dict[UUID, Provenance] | None = None
) -> list[Shown]:
    """The measurements with what is said of each. known: their provenance, when it was asked already."""
    rows = list(rows)
    provenance = provenance_of(rows) if known is None else known
    bottom, top = _scale(rows, goal)
    return [_shown(user, row, provenance[row.pk], goal, (bottom, top)) for row in rows]


def _shown(
    user: User, row: Measurement, came_from: Provenance, goal: Goal | None, scale: tuple[float, float]
) -> Shown:
    why = of_hand(row.goal, row.value, row.low, row.high, row.n)[1] if row.source == "hand" else ""
    visible = row.evidence is not None and (row.evidence.client_visible or user.role != Role.CLIENT)
    return Shown(
        measurement=row,
        came_from=came_from,
        kind=kind_of(row.unit),
        suffix=suffix_of(row.unit),
        bottom=scale[0],
        top=scale[1],
        goal=f"{row.get_direction_display()} {threshold_text(row.threshold, row.unit)}",
        is_current=row.goal == goal and row.unit == row.criterion.unit,
        why=why,
        evidence=str(row.evidence) if visible else "",
    )


def _scale(rows: Sequence[Measurement], goal: Goal | None) -> tuple[float, float]:
    """The ends of the scale that all of them share; shares have their own."""
    numbers = [number for row in rows for number in (row.value, row.low, row.high, row.threshold)]
    found = [number for number in [*numbers, goal.threshold if goal else None] if number is not None]
    if rows and all(row.unit == "share" for row in rows):
        return 0.0, 1.0
    return min([0.0, *found]), 1.1 * max([0.0, *found]) or 1.0


def latest_of(user: User, known: Sequence[SuccessCriterion]) -> dict[UUID, list[Shown]]:
    """What each criterion's latest source has measured, the best first; in as many queries as there are sources and
    two more."""
    measured = criteria.decisive(known)
    provenance = provenance_of(row for rows in measured.values() for row in rows)
    goals = {one.pk: one.goal for one in known}
    return {pk: shown(user, rows, goals[pk], provenance) for pk, rows in measured.items()}
