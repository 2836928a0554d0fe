"""How long the client has been asked for something, and what that delays. Pure decisions.

All of it counts calendar days, weekends among them: a due date is one too. "Today" is the reader's, in their
own time zone, so two people may read a day's difference around midnight.

- waited = until - asked on, where `until` is the day of the answer, or today while there is none.
- late = until - due, as far as that is positive: how long the answer has been due.
- pushes = until' - the gate's due date, as far as that is positive: a gate that requires it cannot be passed before
  what holds it up is granted, so it comes at least that much later. `until'` is today while the request is waiting or
  refused (somebody has to ask for something else then), the day of the answer once it is granted. What was
  withdrawn pushes nothing.
- left = the gate's due date - today, while the request still holds it up: how long there is to go.
"""

from dataclasses import dataclass
from datetime import date

WAITING = "asked"
HOLDS_UP = frozenset({"asked", "refused"})  # the states in which the gate has not got what it needs
GRANTED = "granted"
CHECK = "engagements.access-granted"  # the check by which a gate requires what was asked for it


@dataclass(frozen=True)
class Waiting:
    """What one access request costs, in calendar days. left: None without a gate that has a date, and once it
    holds up nothing any more; negative when the gate is overdue."""

    waited: int
    late: int
    pushes: int
    left: int | None


def waiting(
    *,
    state: str,
    asked_on: date,
    answered_on: date | None,
    due: date | None,
    gate_due: date | None,
    today: date,
) -> Waiting:
    """The four figures of the module's text for one access request."""
    until = today if state == WAITING else answered_on or today
    holds = state in HOLDS_UP
    blocked_until = today if holds else until
    matters = gate_due is not None and (holds or state == GRANTED)
    return Waiting(
        waited=_days(asked_on, until),
        late=_days(due, until) if due else 0,
        pushes=_days(gate_due, blocked_until) if gate_due and matters else 0,
        left=(gate_due - today).days if gate_due and holds else None,
    )


def _days(since: date, until: date) -> int:
    """Whole days from one date to a later one; none when it is not later."""
    return max((until - since).days, 0)
