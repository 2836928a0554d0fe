"""A budget of work as one writes it: 120, 120h, 90h30m, 15d. Pure decisions."""

import re
from typing import Literal

from apps.core.numbers import NoNumber, read

A_WORKDAY = 8 * 60  # minutes; what "d" stands for
MOST = 1_000_000 * 60  # minutes
NEAR = 80  # percent from which one is warned
HOW = "Write it as 120h, or as 15d for 15 days of 8 hours."
State = Literal["", "near", "over"]
_UNITS = {
    "": 60, "h": 60, "hour": 60, "hours": 60, "d": A_WORKDAY, "day": A_WORKDAY, "days": A_WORKDAY, "m": 1, "min": 1,
}  # fmt: skip
_BOTH = re.compile(r"(?P<h>[0-9]{1,9})\s*h\s*(?P<m>[0-9]{1,2})\s*m?")
_ONE = re.compile(r"(?P<number>.*[^a-z\s])\s*(?P<unit>[a-z]*)")


class NoBudget(ValueError):
    """What is written is no budget; the message says what would be right."""


def minutes_of(text: str) -> int:
    """The minutes of a budget as a person has typed it; a bare number is hours. Raises NoBudget with a sentence for
    that person."""
    said = text.strip().lower()
    if both := _BOTH.fullmatch(said):
        return _fit(int(both["h"]) * 60 + int(both["m"]))
    one = _ONE.fullmatch(said)
    if one is None or one["unit"] not in _UNITS:
        raise NoBudget(f"This is no budget. {HOW}")
    try:
        number = read(one["number"])
    except NoNumber as error:
        raise NoBudget(f"{error} {HOW}" if "may be" not in str(error) else str(error)) from None
    if number.percent:
        raise NoBudget(f"This is no budget. {HOW}")
    return _fit(number * _UNITS[one["unit"]])


def percent_of(used: int, budget: int) -> int:
    """How much of the budget is used, in whole percent, rounded down: 100 means that nothing is left. Both in
    minutes."""
    return used * 100 // budget


def state_of(used: int, budget: int | None) -> State:
    """Whether the budget is near its end (from NEAR percent) or overdrawn (more than all of it). In minutes."""
    if not budget or used * 100 < budget * NEAR:
        return ""
    return "over" if used > budget else "near"


def _fit(minutes: float) -> int:
    if minutes > MOST:
        raise NoBudget("This is more than a million hours.")
    if (whole := round(minutes)) <= 0:
        raise NoBudget("A budget is more than nothing; leave it empty for none.")
    return whole
