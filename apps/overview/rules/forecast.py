"""When an engagement's work will be done, from the pace of what is done. Pure decisions.

Work is what has a state that ends: actions, milestones and access requests. Of an engagement that finished `done`
pieces in the last `days` days (at most WINDOW) and has `left` open ones, finishing is taken as a Poisson process
whose rate is not known. With Jeffreys' prior (Gamma, shape 1/2), what was seen makes it Gamma(done + 1/2, days), and
the number finished in the next t days is negative binomial:

    P(k in t days) = C(k + done - 1/2, k) · p^(done + 1/2) · (1 - p)^k        with p = days / (days + t)

The forecast of a quantile q is the first whole day t with P(at least `left` in t days) ≥ q; the range is q = 0.05 to
0.95, its middle 0.5. (Gelman et al., Bayesian Data Analysis, 3rd ed., sections 2.6 and 2.8.) It answers "if no work
is added", and says nothing when nothing was finished or there is less than a week to look at.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = 56  # days that are looked back upon
LEAST = 7  # days below which nothing is said
HORIZON = 730  # days beyond which a bound is not said
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


@dataclass(frozen=True)
class Pace:
    """What was finished in how many of the last days, and what is still open."""

    done: int
    days: int
    left: int


@dataclass(frozen=True)
class Forecast:
    """The day on which the last open piece is finished: nine times in ten between low and high. high: None when it
    lies beyond HORIZON."""

    low: date
    middle: date
    high: date | None


def forecast_of(pace: Pace, today: date) -> Forecast | str:
    """The forecast; or, where none can be made, why not, in words."""
    if not pace.left:
        return "nothing is open"
    if pace.days < LEAST:
        return "too young to have a pace"
    if not pace.done:
        return f"nothing was finished in {min(pace.days, WINDOW)} days"
    low, middle, high = (_days_until(pace, q) for q in (LOW, MIDDLE, HIGH))
    if low is None or middle is None:
        return "more than two years at this pace"
    return Forecast(_day(today, low), _day(today, middle), None if high is None else _day(today, high))


def likelihood(pace: Pace, t: float) -> float:
    """P(at least `left` pieces are finished within t days), by the module's formula."""
    if t <= 0:
        return 0.0
    shape, p = pace.done + 0.5, pace.days / (pace.days + t)
    log_p, log_rest = math.log(p), math.log1p(-p)
    fewer = 0.0
    for k in range(pace.left):
        ways = math.lgamma(k + shape) - math.lgamma(shape) - math.lgamma(k + 1)
        fewer += math.exp(ways + shape * log_p + k * log_rest)
    return max(1.0 - fewer, 0.0)


def _days_until(pace: Pace, q: float) -> int | None:
    """The first whole day by which all is finished with likelihood q; None beyond the horizon."""
    if likelihood(pace, HORIZON) < q:
        return None
    low, high = 0, HORIZON
    while high - low > 1:
        half = (low + high) // 2
        low, high = (low, half) if likelihood(pace, half) >= q else (half, high)
    return high


def _day(today: date, days: int) -> date:
    return today + timedelta(days=days)
