"""What decides: metric, direction and threshold, and what an interval or a value says of them. Pure decisions."""

from dataclasses import dataclass
from typing import Literal

from apps.dataplane.contract.statistics import MANY, wilson

Verdict = Literal["met", "missed", "undecided"]
SHARE = "share"  # the unit of a number from 0 to 1


@dataclass(frozen=True, slots=True)
class Goal:
    """Direction is "at_least" or "at_most"; the threshold itself passes."""

    metric: str
    direction: str
    threshold: float


def goal_of(metric: str, direction: str, threshold: float | None) -> Goal | None:
    """The goal; None while something of it is missing, so that nothing could decide."""
    if not metric or not direction or threshold is None:
        return None
    return Goal(metric, direction, threshold)


def missing_of(metric: str, direction: str, threshold: float | None) -> list[str]:
    """What is missing before anything can decide, in words."""
    parts = (("what is measured", bool(metric)), ("a direction", bool(direction)))
    missing = [name for name, there in parts if not there]
    return [*missing, *(["a threshold"] if threshold is None else [])]


def passes(direction: str, threshold: float, value: float) -> bool:
    """Whether one value passes the threshold; the threshold itself does."""
    return value >= threshold if direction == "at_least" else value <= threshold


def decide(direction: str, threshold: float, low: float | None, high: float | None) -> Verdict:
    """Met when the interval's near end passes the threshold, missed when its far end fails, else undecided. An
    end of None is unbounded: it passes nothing and fails nothing."""
    near, far = (low, high) if direction == "at_least" else (high, low)
    if near is not None and passes(direction, threshold, near):
        return "met"
    if far is not None and not passes(direction, threshold, far):
        return "missed"
    return "undecided"


def of_hand(
    goal: Goal, value: float | None, low: float | None, high: float | None, n: int | None
) -> tuple[Verdict, str]:
    """The verdict on what somebody measured by hand, and why, in a sentence.

    An interval decides as that of a run does. Without one the value decides, unless n is said and below 30:
    so few do not tell.
    """
    if value is None or n == 0:
        return "undecided", "Nothing was measured."
    if low is not None or high is not None:
        verdict = decide(goal.direction, goal.threshold, low, high)
        why = {"met": "The whole interval passes.", "missed": "The whole interval fails."}
        return verdict, why.get(verdict, "The interval holds the threshold.")
    if n is not None and n < MANY:
        return "undecided", f"{n} are too few to tell without an interval; from {MANY} on the value decides."
    if passes(goal.direction, goal.threshold, value):
        return "met", "The value passes."
    return "missed", "The value fails."


def interval_of_share(value: float | None, n: int | None, unit: str) -> tuple[float, float] | None:
    """The 95 % interval (Wilson) of a share that was found among n; None for what is no share or has no n."""
    if unit != SHARE or value is None or not n or not 0 <= value <= 1:
        return None
    low, high = wilson(value * n, n)
    return min(low, value), max(high, value)
