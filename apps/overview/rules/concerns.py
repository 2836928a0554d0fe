"""What of an engagement needs somebody, in words, with how much it presses and how bad that is.

Each kind of trouble has a base and grows with its days up to a cap, so that waiting never makes anything press less:

    points = min(base + per day × days, cap)

=====================  ====  =======  ===  ==========================================  ======================
what                   base  per day  cap  days                                        red from (else amber)
=====================  ====  =======  ===  ==========================================  ======================
gate overdue             60        3   95  since its date                              7 days
gate ahead                8        4   60  14 - days left, in its last 14 days         never; a note
gate to decide           30        0   30  every exit criterion holds                  never; a note
gate stale               40        1   60  since its evidence changed                  28 days
criterion missed         55        0   55                                              at once
criterion unknown        12        0   12                                              never; a note
blocker                  45        3   90  since it was written                        7 days
access wait              10        2   85  since it was asked; + 2 a day when late     21 days, or 7 late
milestone overdue        40        3   85  since its date                              14 days
milestone ahead          10        5   25  3 - days left, in its last 3 days           never; a note
milestone slipped         8        1   30  later than promised first, from 14 days     never
action overdue           12        2   50  since its date                              never
high risk unanswered     25        1   60  since it was written; + 5 above exposure 6  14 days
silence                  15        3   60  beyond 4 days without a log entry           17 days beyond
nobody                   35        0   35  no member is left                           at once
taken out of sight       20        0   20  within 28 days                              never
budget                   10        0   28  1 for each 2 % of it beyond 80 %            never; a note
=====================  ====  =======  ===  ==========================================  ======================

All days are calendar days, and "today" is the reader's. The budget of hours speaks of ourselves: it stays below every
gate that is overdue or to be decided and every blocker, and never decides about health, which would look better when
hours are taken back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from apps.engagements.rules import budgets

from .facts import Blocker, Budget, Criterion, Dated, Facts, Gone, NextGate, Risk, Wait

GATE_AHEAD = 14
MILESTONE_AHEAD = 3
SLIPPED = 14
HIGH = 6  # the exposure above which a risk presses more
QUIET = 4  # days without a log entry that nobody minds
GONE_FOR = 28


class Level(IntEnum):
    """How bad something is."""

    NOTE = 0
    AMBER = 1
    RED = 2


@dataclass(frozen=True)
class Concern:
    """One thing that needs somebody. kind: of the table above; points: how much it presses, 1 to 95; reference: of
    the item that it is about, empty for the engagement itself."""

    kind: str
    points: int
    level: Level
    words: str
    reference: str = ""


def concerns_of(facts: Facts, today: date) -> list[Concern]:
    """All that needs somebody, what presses most first."""
    found = [*_gates(facts, today), *_promises(facts, today), *_trouble(facts, today), *_state(facts, today)]
    return sorted(found, key=lambda one: (-one.points, -one.level, one.words))


def _gates(facts: Facts, today: date) -> Iterator[Concern]:
    if facts.gate:
        yield from _next_gate(facts.gate, today)
    for gate in facts.stale:
        days = _days(gate.since, today)
        words = f"gate “{gate.name}” is stale: {gate.why}"
        yield Concern("gate_stale", _points(40, 1, 60, days), _worse(days, 28), words, gate.reference)


def _next_gate(gate: NextGate, today: date) -> Iterator[Concern]:
    left = (gate.due - today).days if gate.due else None
    missing, all_of_them = gate.required - gate.held, _count(gate.required, "exit criterion", "exit criteria")
    open_ones = f"{missing} of {all_of_them} open"
    if left is not None and left < 0:
        words = f"gate “{gate.name}” is {_count(-left, 'day')} overdue" + (
            f", {open_ones}" if missing else ""
        )
        yield Concern("gate_overdue", _points(60, 3, 95, -left), _worse(-left, 7), words, gate.reference)
    elif gate.required and not missing:
        words = f"gate “{gate.name}” can be decided: {all_of_them} hold"
        yield Concern("gate_to_decide", 30, Level.NOTE, words, gate.reference)
    elif left is not None and left <= GATE_AHEAD and missing:
        words = f"gate “{gate.name}” {_in(left)}, {open_ones}"
        points = _points(8, 4, 60, GATE_AHEAD - left)
        yield Concern("gate_ahead", points, Level.NOTE, words, gate.reference)


def _promises(facts: Facts, today: date) -> Iterator[Concern]:
    for milestone in facts.milestones:
        yield from _milestone(milestone, today)
    for action in facts.actions:
        days = (today - action.due).days
        if days > 0:
            words = f"action {action.reference} is {_count(days, 'day')} overdue: {action.title}"
            yield Concern("action_overdue", _points(12, 2, 50, days), Level.AMBER, words, action.reference)


def _milestone(milestone: Dated, today: date) -> Iterator[Concern]:
    name, left = f"milestone “{milestone.title}”", (milestone.due - today).days
    if left < 0:
        words = f"{name} is {_count(-left, 'day')} overdue"
        level = _worse(-left, 14)
        yield Concern("milestone_overdue", _points(40, 3, 85, -left), level, words, milestone.reference)
    elif left <= MILESTONE_AHEAD:
        points = _points(10, 5, 25, MILESTONE_AHEAD - left)
        yield Concern("milestone_ahead", points, Level.NOTE, f"{name} {_in(left)}", milestone.reference)
    slip = (max(milestone.due, today) - milestone.promised).days if milestone.promised else 0
    if slip >= SLIPPED:
        words = f"{name} comes {slip} days later than promised first"
        yield Concern(
            "milestone_slipped", _points(8, 1, 30, slip - SLIPPED), Level.AMBER, words, milestone.reference
        )


def _trouble(facts: Facts, today: date) -> Iterator[Concern]:
    for blocker in facts.blockers:
        yield _blocker(blocker, today)
    for wait in facts.waits:
        yield _wait(wait, today)
    for risk in facts.risks:
        if risk.severity == "high" and not risk.answered:
            yield _risk(risk, today)
    for criterion in facts.criteria:
        yield from _criterion(criterion)
    for gone in facts.gone:
        yield from _gone(gone, today)


def _blocker(blocker: Blocker, today: date) -> Concern:
    days = _days(blocker.since, today)
    words = f"blocked {_for(days)}: {blocker.title}"
    return Concern("blocker", _points(45, 3, 90, days), _worse(days, 7), words, blocker.reference)


def _wait(wait: Wait, today: date) -> Concern:
    days, late = _days(wait.asked_on, today), _days(wait.due, today) if wait.due else 0
    words = f"access request “{wait.title}” waits {_for(days)} on {wait.approver}"
    if late:
        words += f", {_count(late, 'day')} late"
    if wait.gate:
        words += f", and holds up gate “{wait.gate}”"
    level = Level.RED if days >= 21 or late >= 7 else Level.AMBER if days >= 7 or late else Level.NOTE
    return Concern("access_wait", min(10 + 2 * days + 2 * late, 85), level, words, wait.reference)


def _risk(risk: Risk, today: date) -> Concern:
    days = _days(risk.since, today)
    missing = "has no mitigation" if risk.kind == "risk" else "has no response"
    words = f"{risk.kind} {risk.reference} is high and {missing}: {risk.title}"
    points = min(25 + days + (5 if risk.exposure > HIGH else 0), 60)
    return Concern("risk", points, _worse(days, 14), words, risk.reference)


def _criterion(criterion: Criterion) -> Iterator[Concern]:
    if not criterion.stated:
        words = f"criterion {criterion.reference} cannot be decided yet: {criterion.title}"
        yield Concern("criterion_unknown", 12, Level.NOTE, words, criterion.reference)
    elif criterion.verdict == "missed":
        words = f"criterion {criterion.reference} is missed: {criterion.title}"
        yield Concern("criterion_missed", 55, Level.RED, words, criterion.reference)


def _gone(gone: Gone, today: date) -> Iterator[Concern]:
    if _days(gone.on, today) <= GONE_FOR:
        words = f"{gone.reference} was {gone.how}"
        yield Concern("gone", 20, Level.AMBER, words, gone.reference)


def _state(facts: Facts, today: date) -> Iterator[Concern]:
    quiet = _days(facts.logged_on or facts.began, today)
    if quiet > QUIET:
        beyond = quiet - QUIET
        words = (
            f"no log for {quiet} days"
            if facts.logged_on
            else f"nothing logged since it began {quiet} days ago"
        )
        yield Concern("silence", _points(15, 3, 60, beyond), _worse(beyond, 17, amber=4), words)
    if not facts.members:
        yield Concern("nobody", 35, Level.RED, "nobody works on it")
    if facts.budget and budgets.state_of(facts.budget.used, facts.budget.minutes):
        yield _budget(facts.budget, facts.gate)


def _budget(budget: Budget, gate: NextGate | None) -> Concern:
    beyond = budgets.percent_of(budget.used, budget.minutes) - budgets.NEAR
    words = f"{_hours(budget.used)} of {_hours(budget.minutes)} budgeted hours used"
    if gate:
        words += f", gate “{gate.name}” not passed yet"
    return Concern("budget", min(10 + beyond // 2, 28), Level.NOTE, words)


def _hours(minutes: int) -> str:
    return f"{minutes / 60:,.1f}".removesuffix(".0")


def _points(base: int, per_day: int, cap: int, days: int) -> int:
    return min(base + per_day * max(days, 0), cap)


def _worse(days: int, red: int, *, amber: int = 0) -> Level:
    if days >= red:
        return Level.RED
    return Level.AMBER if days >= amber else Level.NOTE


def _days(since: date, today: date) -> int:
    return max((today - since).days, 0)


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _for(days: int) -> str:
    return "since today" if not days else _count(days, "day")


def _in(days: int) -> str:
    return {0: "is today", 1: "is tomorrow"}.get(days, f"in {days} days")
