"""What a template holds. Days are calendar days from an engagement's start, which is day 0."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..stages import STAGES

GATED = STAGES[:-1]  # the stages out of which a gate leads
LEAD = "lead"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ExitCriterion:
    """One thing that a phase's gate requires. proof: how it is shown; check: the name of a registered check, of
    those that Fieldwork checks; their title is the check's unless another one is given."""

    proof: Literal["check", "attested", "approval"]
    title: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A promise for that day."""

    title: str
    day: int
    text: str = ""
    client_visible: bool = True


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do. day: None for no date. who: LEAD, or NOBODY yet."""

    title: str
    day: int | None = None
    who: str = NOBODY
    text: str = ""
    client_visible: bool = False
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """What may happen, and what is done about it."""

    title: str
    severity: str = "medium"
    likelihood: str = "medium"
    response: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Something to be asked of the client. day: until when it is needed; gate: the stage whose gate waits for it."""

    title: str
    asked_for: str = "data"
    approver: str = "other"
    day: int | None = None
    gate: str = ""
    text: str = ""
    client_visible: bool = True


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage of an engagement. gate_day: when its gate is due; None for no date, and after the last stage."""

    stage: str
    gate_day: int | None = None
    exit_criteria: tuple[ExitCriterion, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    actions: tuple[Action, ...] = ()
    risks: tuple[Risk, ...] = ()
    access_requests: tuple[Request, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all."""
        return self == Phase(self.stage)


@dataclass(frozen=True, slots=True)
class Content:
    """All phases in the order of the stages, and the parts that other apps registered: rows as plain data, by the
    part's name (`engagements.template_parts`)."""

    phases: tuple[Phase, ...] = ()
    parts: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether an engagement would get nothing from it."""
        return not any(self.parts.values()) and all(phase.is_empty for phase in self.phases)

    @property
    def days(self) -> int:
        """The last day of which it speaks."""
        return max((day for phase in self.phases for day in days_of(phase)), default=0)

    def counts(self) -> dict[str, int]:
        """How many of what it holds; nothing of which there are none."""
        names = ("exit_criteria", "milestones", "actions", "risks", "access_requests")
        found = {name: sum(len(getattr(phase, name)) for phase in self.phases) for name in names}
        found |= {name: len(rows) for name, rows in self.parts.items()}
        return {name: count for name, count in found.items() if count}


def days_of(phase: Phase) -> list[int]:
    """Every day of which a phase speaks."""
    dated: list[Milestone | Action | Request] = [*phase.milestones, *phase.actions, *phase.access_requests]
    days = [*(one.day for one in dated), phase.gate_day]
    return [day for day in days if day is not None]
