"""What two targets differ by, b − a, over the samples that both have or over each one's own; 95 % intervals."""

from dataclasses import dataclass
from math import copysign, exp, hypot, lgamma, log, sqrt
from typing import Literal

from apps.dataplane.contract.statistics import MANY, MASS, quantile, variance, wilson

from .metrics import Measured

Verdict = Literal["better", "worse", "same", "unclear", "unknown"]
SHARE = "Newcombe's score interval for paired shares (Statistics in Medicine 17, 1998, 2635-2650, method 10)"
MEAN = "Student's t interval of the paired differences, from 30 pairs on"
SCORE = f"{MEAN}; where few samples differ, both directions' Wilson intervals, squared and added"
SEPARATE = (
    "both intervals squared and added (Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10; "
    "Zou and Donner, 27, 2008, 1693-1702)"
)
WORDS: dict[Verdict, str] = {
    "better": "better",
    "worse": "worse",
    "same": "no difference that these samples can show",
    "unclear": "too few samples to tell",
    "unknown": "nothing to compare",
}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sums of one quantity over n samples that both sides have: of a, a², b, b², max(b − a, 0) and (b − a)².

    gained, lost: how many went from less than full to full, and back; meant for scores.
    """

    n: int = 0
    a: float = 0.0
    aa: float = 0.0
    b: float = 0.0
    bb: float = 0.0
    rise: float = 0.0
    squares: float = 0.0
    gained: int = 0
    lost: int = 0

    @property
    def change(self) -> float:
        """The sum of b − a."""
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class Difference:
    """b − a with its 95 % interval; an end that is None has no bound. n: pairs, or None when nothing is paired."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    source: str


def paired_share(pairs: Pairs) -> Difference:
    """The difference of two shares on the same samples, each 0 or 1.

    Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10: both Wilson intervals squared and added,
    less what their correlation φ takes away; φ with the paper's continuity correction.
    """
    n = pairs.n
    if n == 0:
        return Difference(None, None, None, 0, SHARE)
    both, only_a, only_b = pairs.a - pairs.lost, float(pairs.lost), float(pairs.gained)
    neither = n - both - only_a - only_b
    (low_a, high_a), (low_b, high_b) = wilson(pairs.a, n), wilson(pairs.b, n)
    share_a, share_b = pairs.a / n, pairs.b / n
    phi = _phi(both, only_a, only_b, neither)
    return _together(
        (share_a, low_a, high_a), (share_b, low_b, high_b), phi, Difference(None, None, None, n, SHARE)
    )


def _phi(both: float, only_a: float, only_b: float, neither: float) -> float:
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    if margins <= 0:
        return 0.0
    found, n = both * neither - only_a * only_b, both + only_a + only_b + neither
    if found > 0:
        found = max(found - n / 2, 0.0)
    return found / sqrt(margins)


def paired_score(pairs: Pairs) -> Difference:
    """The mean difference of two scores from 0 to 1 on the same samples.

    Student's t where there are `MANY` pairs and differences that add up to `MASS`. Otherwise the gains and the
    losses are taken as the shares of a trinomial, which vary at least as much (Bhatia and Davis, Am. Math. Monthly
    107 (2000) 353-357): their Wilson intervals are squared and added with the trinomial's correlation
    (Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702).
    """
    n = pairs.n
    rise, fall = max(pairs.rise, 0.0), max(pairs.rise - pairs.change, 0.0)
    if n == 0:
        return Difference(None, None, None, 0, SCORE)
    if n >= MANY and rise + fall >= MASS:
        found = paired_mean(pairs)
        low, high = max(-1.0, found.low or 0.0), min(1.0, found.high or 0.0)
        return Difference(found.value, low, high, n, SCORE)
    rise, fall = min(rise, n), min(fall, n)
    up, down = rise / n, fall / n
    spread = (1 - up) * (1 - down)
    phi = -sqrt(min(1.0, up * down / spread)) if spread > 0 else 0.0
    return _together(
        (down, *wilson(fall, n)), (up, *wilson(rise, n)), phi, Difference(None, None, None, n, SCORE)
    )


def paired_mean(pairs: Pairs) -> Difference:
    """The mean difference of an unbounded quantity on the same samples: mean ± t·s/√n.

    On fewer than `MANY` pairs its ends are open, as those of one mean are. Source: Student, Biometrika 6 (1908) 1-25.
    """
    n = pairs.n
    if n == 0:
        return Difference(None, None, None, 0, MEAN)
    value = pairs.change / n
    if n < MANY:
        return Difference(value, None, None, n, MEAN)
    half = student(n - 1) * sqrt(variance(n, pairs.change, pairs.squares) / n)
    return Difference(value, value - half, value + half, n, MEAN)


def unpaired(a: Measured | None, b: Measured | None) -> Difference:
    """The difference of two values measured on samples of their own, from the interval of each.

    For shares this is Newcombe's hybrid score interval (Statistics in Medicine 17 (1998) 873-890, method 10), for
    means with a normal interval Welch's standard error, for percentiles Zou and Donner's MOVER (ibid. 27 (2008)
    1693-1702).
    """
    if a is None or b is None or a.value is None or b.value is None:
        return Difference(None, None, None, None, SEPARATE)
    value = b.value - a.value
    low = None if b.low is None or a.high is None else value - hypot(b.value - b.low, a.high - a.value)
    high = None if b.high is None or a.low is None else value + hypot(b.high - b.value, a.value - a.low)
    return Difference(value, low, high, None, SEPARATE)


def _together(
    a: tuple[float, float, float], b: tuple[float, float, float], phi: float, of: Difference
) -> Difference:
    """The difference of two shares (value, low, high) that are correlated by `phi`."""
    (value_a, low_a, high_a), (value_b, low_b, high_b) = a, b
    value = value_b - value_a
    down, up = value_b - low_b, high_a - value_a
    low = value - sqrt(max(0.0, down**2 - 2 * phi * down * up + up**2))
    down, up = value_a - low_a, high_b - value_b
    high = value + sqrt(max(0.0, down**2 - 2 * phi * down * up + up**2))
    return Difference(value, max(-1.0, low), min(1.0, high), of.n, of.source)


def student(freedom: int, confidence: float = 0.95) -> float:
    """Student's two-sided t for 29 degrees of freedom and more, to six digits: the expansion around the normal z
    of Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5."""
    z = quantile(confidence)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))


def flips_by_chance(lost: int, gained: int) -> float:
    """McNemar's exact two-sided p: how likely so uneven flips are if each one went either way by chance.

    Twice the smaller tail of the binomial (lost + gained, ½), at most 1. Source: Q. McNemar, Psychometrika 12
    (1947) 153-157, in its exact form (binomial test of the discordant pairs).
    """
    n, k = lost + gained, min(lost, gained)
    if n == 0:
        return 1.0
    mass = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2))
    tail, term = mass, mass
    while k > 0 and term > tail * 1e-17:
        term *= k / (n - k + 1)
        tail += term
        k -= 1
    return min(1.0, 2 * tail)


def verdict(difference: Difference, better: Literal["higher", "lower"]) -> Verdict:
    """Whether b is better or worse than a: only when the whole interval lies on one side of zero."""
    if difference.value is None:
        return "unknown"
    sign = 1.0 if better == "higher" else -1.0
    near = difference.low if difference.value > 0 else difference.high
    if near is not None and near * difference.value > 0:
        return "better" if copysign(1.0, difference.value) == sign else "worse"
    return "unclear" if difference.low is None and difference.high is None else "same"
