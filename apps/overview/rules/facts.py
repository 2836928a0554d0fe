"""What is known of one engagement on one day: all that ranking, health and forecast look at."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Dated:
    """Something open with a date: an action or a milestone. promised: the date that was said first."""

    reference: str
    title: str
    due: date
    promised: date | None = None


@dataclass(frozen=True)
class NextGate:
    """The gate that the engagement stands before. required, held: its exit criteria, and how many of them hold."""

    reference: str
    name: str
    due: date | None
    required: int = 0
    held: int = 0


@dataclass(frozen=True)
class StaleGate:
    """A passed gate whose evidence has changed. why: the first sentence that says how."""

    reference: str
    name: str
    since: date
    why: str


@dataclass(frozen=True)
class Wait:
    """An access request that the client has not answered. approver: who has to say yes; gate: the name of the
    gate that it holds up because that requires it, or nothing."""

    reference: str
    title: str
    approver: str
    asked_on: date
    due: date | None = None
    gate: str = ""


@dataclass(frozen=True)
class Risk:
    """An open risk or issue. exposure: from 1 to 9 (engagements.rules.raid); answered: something is done about it;
    severity: low, medium or high."""

    reference: str
    title: str
    exposure: int
    answered: bool
    since: date
    kind: str = "risk"  # or "issue"
    severity: str = "high"


@dataclass(frozen=True)
class Blocker:
    """A log entry that says that something stands still."""

    reference: str
    title: str
    since: date


@dataclass(frozen=True)
class Criterion:
    """A success criterion in force. stated: it can be decided; verdict: of its deciding measurement, empty without
    one, which was made on `measured_on`."""

    reference: str
    title: str
    stated: bool = True
    verdict: str = ""
    measured_on: date | None = None


@dataclass(frozen=True)
class Gone:
    """Trouble that was taken out of sight rather than ended: a risk, blocker, request or milestone that was removed
    while it was open, or a criterion that was dropped after it had been missed."""

    reference: str
    how: str  # "removed while open", "dropped after it was missed"
    on: date


@dataclass(frozen=True)
class Budget:
    """The work that was agreed on, and how much of it is used; in minutes."""

    minutes: int
    used: int


@dataclass(frozen=True)
class Facts:
    """One engagement. began: the day on which the first thing was written down; logged_on: of the latest log entry."""

    began: date
    stage: str
    logged_on: date | None = None
    members: int = 1
    gate: NextGate | None = None
    stale: tuple[StaleGate, ...] = ()
    waits: tuple[Wait, ...] = ()
    risks: tuple[Risk, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    actions: tuple[Dated, ...] = ()
    milestones: tuple[Dated, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    gone: tuple[Gone, ...] = ()
    budget: Budget | None = None
