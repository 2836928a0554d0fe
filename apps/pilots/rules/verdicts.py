"""Met, missed or undecided: what a measurement says of a criterion, and what a run says as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from apps.dataplane.contract.errors import text_of
from apps.scoping.rules import goals
from apps.scoping.rules.goals import Verdict

from .metrics import Measured, facts_of, format_value, projected

Code = Literal[
    "passes", "fails", "straddles", "unbounded", "no_samples", "partial", "too_many_errors", "no_goal"
]
MOST = 10**8  # samples; a larger number is no advice
__all__ = ["NO_GOAL", "Judgement", "Verdict", "decide", "judge", "more_samples", "run_verdict"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` is a sentence; `more_samples` how many more would decide (None: none or no number)."""

    verdict: Verdict
    code: Code
    reason: str
    more_samples: int | None = None


NO_GOAL = Judgement("undecided", "no_goal", "The criterion does not say what decides.")


def judge(
    metric: str,
    direction: str,
    threshold: float,
    measured: Measured,
    *,
    error_rate: float | None,
    max_errors: float,
    stopped: str,
) -> Judgement:
    """Met when the interval's near end passes the threshold, missed when its far end fails, else undecided.

    direction: "at_least" or "at_most"; the threshold itself passes. error_rate: the target's, over all
    samples. stopped: the code of why rows are missing (contract.errors), else "". Whatever the numbers, a
    criterion is undecided when rows are missing, when more than `max_errors` of the samples ended in an
    endpoint's error, and when nothing was measured.
    """
    if stopped:
        return Judgement("undecided", "partial", f"A partial run decides nothing. {text_of(stopped)}")
    if error_rate is not None and error_rate > max_errors:
        return Judgement("undecided", "too_many_errors", _too_many(error_rate, max_errors))
    if measured.value is None or measured.n == 0:
        return Judgement("undecided", "no_samples", "Nothing was measured.")
    verdict = decide(direction, threshold, measured)
    words = f"{format_value(metric, measured.value, measured.low, measured.high, measured.n)}, "
    words += _goal(metric, direction, threshold)
    if verdict == "met":
        return Judgement("met", "passes", f"The whole interval passes: {words}.")
    if verdict == "missed":
        return Judgement("missed", "fails", f"The whole interval fails: {words}.")
    return _open(metric, direction, threshold, measured, words)


def _open(metric: str, direction: str, threshold: float, measured: Measured, words: str) -> Judgement:
    more = more_samples(metric, direction, threshold, measured)
    advice = f" About {more:,} more would decide if the value stayed." if more else ""
    if measured.low is None or measured.high is None:
        return Judgement("undecided", "unbounded", f"Too few samples to tell: {words}.{advice}", more)
    return Judgement("undecided", "straddles", f"The interval holds the threshold: {words}.{advice}", more)


def decide(direction: str, threshold: float, measured: Measured) -> Verdict:
    """The comparison alone. An end without a bound passes nothing and fails nothing."""
    return goals.decide(direction, threshold, measured.low, measured.high)


def more_samples(metric: str, direction: str, threshold: float, measured: Measured) -> int | None:
    """About how many more samples would decide if the observed value stayed, at least 1.

    The smallest n at which the projected interval (`metrics.projected`) decides, less the n there is; found
    by doubling and bisection. None when the value is the threshold itself, so that no number would.
    """
    if measured.value is None or measured.n == 0 or measured.value == threshold:
        return None

    def decides(n: int) -> bool:
        return decide(direction, threshold, projected(metric, measured, n)) != "undecided"

    few, many = measured.n, 2 * measured.n
    while not decides(many):
        few, many = many, 2 * many
        if many > MOST:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if decides(middle) else (middle, many)
    return many - measured.n


def run_verdict(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Missed if any criterion is missed, else undecided if any is, else met; None without criteria."""
    if not verdicts:
        return None
    if "missed" in verdicts:
        return "missed"
    return "undecided" if "undecided" in verdicts else "met"


def _too_many(error_rate: float, max_errors: float) -> str:
    return f"{error_rate:.2%} of the samples ended in an endpoint's error; {max_errors:.2%} are allowed."


def _goal(metric: str, direction: str, threshold: float) -> str:
    facts = facts_of(metric)
    goal = f"{direction.replace('_', ' ')} {threshold:,.6g}"
    return goal if facts.is_share else f"{goal} {facts.unit}"
