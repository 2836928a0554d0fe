"""How an engagement is doing, from its evidence alone. Pure decisions.

- **red**: one of its concerns is red (see `concerns`).
- **amber**: one of them is amber, and none red.
- **green**: none is either, and there is fresh evidence that it works: it has success criteria, each one that can be
  decided is met, none is unknown, and the latest measurement is at most 28 days old.
- **unrated**: nothing speaks against it and too little for it; the reason says what is missing.

Taking evidence away never makes an engagement green. A measurement, a log entry or a criterion that is missing leaves
it unrated or worse; and trouble that was removed instead of being ended stays a concern for 28 days (`facts.Gone`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .concerns import Concern, Level
from .facts import Facts

FRESH = 28  # days that a measurement speaks for an engagement


class Colour(StrEnum):
    """How an engagement is doing."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    UNRATED = "unrated"


@dataclass(frozen=True)
class Health:
    """A colour with its reasons in words, the worst first; never without one."""

    colour: Colour
    reasons: tuple[str, ...]


def health_of(facts: Facts, concerns: list[Concern], today: date) -> Health:
    """How the engagement is doing. concerns: of the same facts on the same day."""
    for level, colour in ((Level.RED, Colour.RED), (Level.AMBER, Colour.AMBER)):
        reasons = tuple(one.words for one in concerns if one.level == level)
        if reasons:
            return Health(colour, reasons)
    missing = _missing(facts, today)
    if missing:
        return Health(Colour.UNRATED, (missing,))
    met = len(facts.criteria)
    return Health(Colour.GREEN, (f"{met} of {met} success criteria met, measured within {FRESH} days",))


def _missing(facts: Facts, today: date) -> str:
    """What is missing for green; nothing if it is all there."""
    if not facts.criteria:
        return "no success criterion is stated"
    unknown = [one.reference for one in facts.criteria if not one.stated]
    if unknown:
        return f"{_listed(unknown)} cannot be decided yet"
    unmet = [one.reference for one in facts.criteria if one.verdict != "met"]
    if unmet:
        return f"{_listed(unmet)} not measured as met"
    days = min((today - one.measured_on).days if one.measured_on else FRESH + 1 for one in facts.criteria)
    return f"the latest measurement is {days} days old" if days > FRESH else ""


def _listed(references: list[str]) -> str:
    more = len(references) - 3
    return ", ".join(references[:3]) + (f" and {more} more" if more > 0 else "")
