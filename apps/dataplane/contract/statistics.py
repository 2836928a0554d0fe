"""Intervals, the same at a site and at the control plane. Standard library only; 95 % unless told otherwise.

Every interval contains the value it is about and is equal-tailed: each end is wrong in about 2.5 % of runs.
(That of a percentile in at most 2.5 %; that of a share on average over shares, more or less where samples
are few.)
"""

from math import ceil, exp, inf, lgamma, log, sqrt
from statistics import NormalDist

# How a `Summary` calls the quantities that are not scorers (a scorer's is the scorer's name).
LATENCY = "latency_ms"  # n: calls timed; ranks: see `ranks_needed`
COST = "cost"  # USD of one sample without cache; n: samples with an answer
ERRORS = "error"  # n: all samples; total: those that ended in an endpoint's error
PERCENTILES: dict[str, float] = {"latency_p50_ms": 0.50, "latency_p95_ms": 0.95}

MANY = 30  # samples from which a mean is taken to be normally distributed
MASS = 10  # units of score won, and lost, from which that holds near a bound too


def quantile(confidence: float = 0.95) -> float:
    """The standard normal's two-sided `z`: 1.95996… for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Score interval (low, high) of a share; (0, 1) when n is 0. Never of zero width.

    Source: E. B. Wilson, JASA 22 (1927) 209-212; compared with others by Brown, Cai and DasGupta, Statistical
    Science 16 (2001) 101-133.
    Raises ValueError unless 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError("successes must lie between 0 and n")
    if n == 0:
        return 0.0, 1.0
    z2 = quantile(confidence) ** 2
    share = successes / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = sqrt(z2 * share * (1 - share) / n + (z2 / (2 * n)) ** 2) / (1 + z2 / n)
    # At 0 and 1 one end is exactly the share; rounding must not move it past.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def variance(n: int, total: float, squares: float) -> float:
    """Sample variance from count, sum and sum of squares; 0 where it is no more than the sums' rounding."""
    if n < 2:
        return 0.0
    found = (squares - total * total / n) / (n - 1)
    return found if found > 1e-9 * squares / n else 0.0


def mean_interval(
    n: int, total: float, squares: float, bounds: tuple[float, float] | None, confidence: float = 0.95
) -> tuple[float, float, float]:
    """(value, low, high) of a mean from count, sum and sum of squares; `bounds` are those of a single sample.

    Normal (mean ± z·s/√n) from `MANY` samples on. A bounded score needs `MASS` units on either side of its
    mean as well (the usual n·p >= 10 and n·(1 - p) >= 10) and a variance; otherwise Wilson on the mean,
    rescaled to the bounds. That is not too narrow, because a variable in [0, 1] with mean m varies at most
    as much as the share m does, by m·(1 - m) (Bhatia and Davis, Am. Math. Monthly 107 (2000) 353-357), and
    unlike s/√n it is not zero when the few samples there are happen to agree. An unbounded quantity has no
    such limit: on fewer than `MANY` samples its ends are -inf and inf. Raises ValueError when n < 1 or the
    mean is outside of its bounds.
    """
    if n < 1:
        raise ValueError("no samples")
    value, spread = total / n, sqrt(variance(n, total, squares))
    half = quantile(confidence) * spread / sqrt(n)
    if bounds is None:
        return (value, value - half, value + half) if n >= MANY else (value, -inf, inf)
    floor, width = bounds[0], bounds[1] - bounds[0]
    won = (total - n * floor) / width
    if n >= MANY and spread and min(won, n - won) >= MASS:
        return value, max(bounds[0], value - half), min(bounds[1], value + half)
    slack = 1e-9 * n  # sums of thirds and the like
    if not -slack <= won <= n + slack:
        raise ValueError("the mean is outside of its bounds")
    low, high = wilson(min(max(won, 0.0), n), n, confidence)
    return value, min(value, floor + low * width), max(value, floor + high * width)


def percentile_ranks(n: int, q: float, confidence: float = 0.95) -> tuple[int, int, int]:
    """(estimate, low, high): 1-based ranks among n sorted values, for the q-th quantile and its interval.

    The quantile lies between the values of ranks low and high with at least `confidence`, whatever the
    distribution, because the number of values below it is binomial (n, q); computed exactly. Few values say
    nothing of a far quantile: low = 0 and high = n + 1 mean "unbounded on this side", so that no verdict can
    rest on that end (the 95th percentile has an upper rank from n = 72 on). Source: H. A. David and H. N.
    Nagaraja, Order Statistics, 3rd ed. (2003), section 7.1. Raises ValueError unless n >= 1 and 0 < q < 1.
    """
    if n < 1 or not 0 < q < 1:
        raise ValueError("needs n >= 1 and 0 < q < 1")
    tail = (1 - confidence) / 2
    estimate = min(n, max(1, ceil(q * n - 1e-9)))  # 0.07 * 100 is a little more than 7
    return estimate, _lower_rank(n, q, tail), n + 1 - _lower_rank(n, 1 - q, tail)


def ranks_needed(n: int) -> list[int]:
    """The ranks (1-based, ascending) that the `Summary` of n latencies carries for `PERCENTILES`."""
    if n < 1:
        return []
    ranks = {rank for q in PERCENTILES.values() for rank in percentile_ranks(n, q)}
    return sorted(rank for rank in ranks if 1 <= rank <= n)


def _lower_rank(n: int, q: float, tail: float) -> int:
    """The largest r with P(K < r) <= tail, K binomial (n, q).

    Adds up the probabilities from so far below the mean that what is left out does not count.
    """
    deviation = sqrt(n * q * (1 - q))
    k = max(0, int(n * q - 8 * deviation - 10))
    mass = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(q) + (n - k) * log(1 - q))
    below, odds = mass, q / (1 - q)
    while below <= tail:
        k += 1
        mass *= (n - k + 1) / k * odds
        below += mass
    return k
