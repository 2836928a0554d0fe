"""What a run measures, and how each number comes from the sums and ranks that a `Summary` carries."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isinf, sqrt
from typing import Literal

from apps.dataplane.contract.messages import Summary
from apps.dataplane.contract.plan import AnthropicTarget, OpenAITarget, Plan
from apps.dataplane.contract.statistics import (
    COST,
    ERRORS,
    LATENCY,
    PERCENTILES,
    mean_interval,
    percentile_ranks,
    variance,
    wilson,
)

Method = Literal["share", "score", "cost", "percentile"]
_SHARE = "Wilson 95 % score interval (E. B. Wilson, JASA 22, 1927)"
_MEAN = "normal 95 % interval, mean ± 1.96·s/√n, from 30 samples on"
_SCORE = f"{_MEAN}; Wilson on the mean where they are fewer or nearly all alike (Bhatia and Davis, 2000)"
_RANKS = "order statistics, exact binomial 95 % (David and Nagaraja, Order Statistics, 2003, 7.1)"


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """What a screen says of a metric. `unit`: "share", "ms" or "USD per 1,000 samples"."""

    title: str
    unit: str
    better: Literal["higher", "lower"]
    method: Method
    formula: str
    source: str  # of the interval

    @property
    def is_share(self) -> bool:
        return self.unit == "share"


def _score(title: str, formula: str) -> MetricFacts:
    return MetricFacts(title, "share", "higher", "share", f"{formula} / answers", _SHARE)


def _mean_score(title: str, formula: str) -> MetricFacts:
    return MetricFacts(title, "share", "higher", "score", f"mean over the answers of {formula}", _SCORE)


def _latency(title: str, share: str) -> MetricFacts:
    formula = (
        f"time within which {share} of the calls were answered, from request sent to last byte; no cache"
    )
    return MetricFacts(title, "ms", "lower", "percentile", formula, _RANKS)


METRICS: dict[str, MetricFacts] = {
    "exact": _score("Exact match", "answers equal to the reference, outer white space aside"),
    "contains": _score("Contains", "answers that contain the reference"),
    "regex": _score("Pattern", "answers in which the pattern is found"),
    "numeric": _score("Number", "answers whose last number is the reference's, within the tolerance"),
    "json_fields": _mean_score("JSON fields", "the share of the fields that equal the reference's"),
    "token_f1": _mean_score("Token F1", "2·precision·recall / (precision + recall) of the words"),
    "latency_p50_ms": _latency("Latency, median", "half"),
    "latency_p95_ms": _latency("Latency, 95th percentile", "95 %"),
    "cost_per_1000": MetricFacts(
        "Cost", "USD per 1,000 samples", "lower", "cost", "1,000 · mean cost of a sample without cache", _MEAN
    ),
    "error_rate": MetricFacts(
        "Errors", "share", "lower", "share", "samples that ended in an endpoint's error / samples", _SHARE
    ),
}
OF_CALLS = (*PERCENTILES, "cost_per_1000")  # recorded and baseline targets have none of these
ALWAYS = (*OF_CALLS, "error_rate")  # whatever the scorers
_SUMMARISED = {LATENCY: tuple(PERCENTILES), COST: ("cost_per_1000",), ERRORS: ("error_rate",)}


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its 95 % interval over n samples; an end that is None has no bound.

    value: None when n is 0. spread: the standard deviation of a single sample, where the interval comes from
    it.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    spread: float | None = None


NOTHING = Measured(None, None, None, 0)


def facts_of(metric: str) -> MetricFacts:
    """The facts of `metric`; "exact_2" has those of "exact". Raises KeyError for what is no metric."""
    return METRICS[metric if metric in METRICS else re.sub(r"_[0-9]+$", "", metric)]


def unit_of(metric: str) -> str:
    return facts_of(metric).unit


def measured(plan: Plan, target: int, summaries: Iterable[Summary]) -> dict[tuple[str, str], Measured | None]:
    """Every metric of target number `target` by (metric, slice); None where the group is suppressed.

    Summaries of other targets are passed over. Raises ValueError when latencies lack one of their ranks.
    """
    is_called = isinstance(plan.targets[target], OpenAITarget | AnthropicTarget)
    return {
        (metric, summary.slice): None if summary.suppressed else measure(metric, summary)
        for summary in summaries
        if summary.target == target
        for metric in _SUMMARISED.get(summary.metric, (summary.metric,))
        if is_called or metric not in OF_CALLS
    }


def measure(metric: str, summary: Summary) -> Measured:
    """The value of `metric` from the sums or ranks of its quantity."""
    if summary.n == 0:
        return NOTHING
    if metric in PERCENTILES:
        return _percentile(PERCENTILES[metric], summary)
    return _of_sums(metric, summary.n, summary.total, summary.squares)


def projected(metric: str, now: Measured, n: int) -> Measured:
    """What `metric` would read on `n` samples like those measured `now`: same value, narrower interval.

    Exact for shares; a mean keeps its spread. For a percentile the distribution between the value and the
    ends of its interval is taken as linear, and an end without a bound as the value itself once there is a
    rank for it, which gives the least number that could do.
    """
    if now.value is None or now.n == 0:
        return NOTHING
    if metric in PERCENTILES:
        return _projected_percentile(PERCENTILES[metric], now, now.value, n)
    scale = 1000.0 if facts_of(metric).method == "cost" else 1.0
    value, spread = now.value / scale, (now.spread or 0.0) / scale
    return _of_sums(metric, n, value * n, spread**2 * (n - 1) + value**2 * n)


def format_value(metric: str, value: float | None, low: float | None, high: float | None, n: int) -> str:
    """ "0.860 [0.827, 0.888] n 500", in the metric's unit; a dash where nothing was measured."""
    if value is None:
        return "–"
    unit = unit_of(metric)
    ends = ["?" if end is None else _number(end, unit) for end in (low, high)]
    suffix = " ms" if unit == "ms" else ""
    return f"{_number(value, unit)} [{ends[0]}, {ends[1]}]{suffix} n {n:,}"


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.3f}"
    return f"{value:,.0f}" if unit == "ms" and value >= 10 else f"{value:,.4g}"


def _of_sums(metric: str, n: int, total: float, squares: float) -> Measured:
    method = facts_of(metric).method
    if method == "share":
        return Measured(total / n, *wilson(min(max(total, 0.0), n), n), n)
    spread = sqrt(variance(n, total, squares))
    if method == "score":
        return Measured(*mean_interval(n, total, squares, (0.0, 1.0)), n, spread)
    value, low, high = (1000 * number for number in mean_interval(n, total, squares, None))
    return Measured(value, None if isinf(low) else low, None if isinf(high) else high, n, 1000 * spread)


def _percentile(q: float, summary: Summary) -> Measured:
    estimate, low, high = percentile_ranks(summary.n, q)
    ranks = summary.ranks
    if any(rank not in ranks for rank in (estimate, low, high) if 1 <= rank <= summary.n):
        raise ValueError(f"the summary of {summary.metric} lacks ranks that {summary.n} values need")
    return Measured(ranks[estimate], ranks.get(low), ranks.get(high), summary.n)


def _projected_percentile(q: float, now: Measured, value: float, n: int) -> Measured:
    _, low_now, high_now = percentile_ranks(now.n, q)
    _, low, high = percentile_ranks(n, q)
    below = _between(low / n, low_now / now.n, q, now.low, value) if low >= 1 else None
    above = _between(high / n, high_now / now.n, q, now.high, value) if high <= n else None
    return Measured(value, below, above, n)


def _between(share: float, share_now: float, q: float, end: float | None, value: float) -> float:
    """The value at `share` on the line from (share_now, end) to (q, value); an unknown end is the value."""
    if end is None or share_now == q:
        return value
    part = min(1.0, max(0.0, (share - q) / (share_now - q)))
    return value + part * (end - value)
