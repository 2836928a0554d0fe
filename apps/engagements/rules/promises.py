"""What became of a dated promise. Pure decisions; all of it counts calendar days."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Promise:
    """slip: how many days later than promised it was kept, or will be as things stand (negative: earlier).
    late: how many days it is over its present date without having been kept."""

    slip: int
    late: int


def promise(*, promised: date, due: date | None, reached_on: date | None, open: bool, today: date) -> Promise:
    """What became of a promise: slip = the day it was reached - the day promised first. While it is open, the
    day it is now due stands in for the first, or today once that has passed."""
    now = due or promised
    late = max((today - now).days, 0) if open else 0
    until = reached_on or (max(now, today) if open else now)
    return Promise(slip=(until - promised).days, late=late)


def days_over(due: date | None, *, open: bool, today: date) -> int:
    """How many days something open is past its date."""
    return max((today - due).days, 0) if due and open else 0
