"""The differences' intervals against enumeration, simulation and a reference library; nothing of a database."""

import random
from itertools import product
from math import comb, inf, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from apps.dataplane.contract.statistics import wilson
from apps.pilots.rules.comparison import (
    Difference,
    Pairs,
    flips_by_chance,
    paired_mean,
    paired_score,
    paired_share,
    student,
    unpaired,
    verdict,
)
from apps.pilots.rules.metrics import Measured


def pairs(a: list[float], b: list[float]) -> Pairs:
    """The sums of two lists, in the plainest way."""
    both = list(zip(a, b, strict=True))
    return Pairs(
        n=len(both),
        a=sum(a),
        aa=sum(x * x for x in a),
        b=sum(b),
        bb=sum(y * y for y in b),
        rise=sum(max(y - x, 0.0) for x, y in both),
        squares=sum((y - x) ** 2 for x, y in both),
        gained=sum(x < 1 <= y for x, y in both),
        lost=sum(y < 1 <= x for x, y in both),
    )


def table(both: int, only_a: int, only_b: int, neither: int) -> Pairs:
    a = [1.0] * (both + only_a) + [0.0] * (only_b + neither)
    b = [1.0] * both + [0.0] * only_a + [1.0] * only_b + [0.0] * neither
    return pairs(a, b)


counts = st.integers(0, 300)
tables = st.tuples(counts, counts, counts, counts).filter(any)
scores = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=80)


@given(tables)
def test_the_interval_of_two_shares_holds_their_difference_and_mirrors(cells: tuple[int, ...]) -> None:
    both, only_a, only_b, neither = cells
    found = paired_share(table(both, only_a, only_b, neither))
    mirrored = paired_share(table(both, only_b, only_a, neither))
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert isclose(found.value, (only_b - only_a) / sum(cells), abs_tol=1e-12)
    assert isclose(found.low, -mirrored.high, abs_tol=1e-9)
    assert isclose(found.high, -mirrored.low, abs_tol=1e-9)
    assert found.high > found.low


def test_the_interval_of_two_shares_is_the_formula_written_out() -> None:
    """Method 10 by hand for 43 both, 8 only a, 22 only b, 27 neither."""
    n, e, f, g, h = 100, 43, 8, 22, 27
    (la, ua), (lb, ub) = wilson(e + f, n), wilson(e + g, n)
    pa, pb = (e + f) / n, (e + g) / n
    phi = (e * h - f * g - n / 2) / ((e + f) * (g + h) * (e + g) * (f + h)) ** 0.5
    low = pb - pa - ((pb - lb) ** 2 - 2 * phi * (pb - lb) * (ua - pa) + (ua - pa) ** 2) ** 0.5
    high = pb - pa + ((pa - la) ** 2 - 2 * phi * (pa - la) * (ub - pb) + (ub - pb) ** 2) ** 0.5
    found = paired_share(table(e, f, g, h))
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    "shares",
    [(0.5, 0.2, 0.2, 0.1), (0.7, 0.05, 0.15, 0.1), (0.8, 0.02, 0.03, 0.15), (0.25, 0.25, 0.25, 0.25)],
)
def test_the_interval_of_two_shares_covers_the_truth_as_often_as_it_says(shares: tuple[float, ...]) -> None:
    """Every table of 30 pairs, weighed by its probability."""
    n, truth, covered = 30, shares[2] - shares[1], 0.0
    for e, f, g in product(range(n + 1), repeat=3):
        h = n - e - f - g
        if h < 0:
            continue
        weight = comb(n, e) * comb(n - e, f) * comb(n - e - f, g)
        weight *= shares[0] ** e * shares[1] ** f * shares[2] ** g * shares[3] ** h
        if weight > 1e-9:
            found = paired_share(table(e, f, g, h))
            covered += weight * (found.low <= truth <= found.high)
    assert covered >= 0.94


def test_on_many_pairs_the_interval_of_two_shares_is_the_usual_one() -> None:
    """No wider than the difference ± 1.96 standard errors of paired samples, within a hundredth."""
    e, f, g, h = 6000, 900, 1200, 1900
    n = e + f + g + h
    error = ((f + g - (g - f) ** 2 / n) ** 0.5) / n
    found = paired_share(table(e, f, g, h))
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.01)


@given(scores)
def test_the_interval_of_two_scores_holds_their_difference(both: list[tuple[float, float]]) -> None:
    a, b = (list(side) for side in zip(*both, strict=True))
    found = paired_score(pairs(a, b))
    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


@pytest.mark.parametrize("n", [12, 40, 200])
@pytest.mark.parametrize("differing", [0.05, 0.5])
def test_the_interval_of_two_scores_covers_the_truth(n: int, differing: float) -> None:
    chance, covered, rounds = random.Random(7), 0, 2000
    truth = differing * 0.1
    for _ in range(rounds):
        a, b = [], []
        for _ in range(n):
            a.append(0.5)
            b.append(0.5 + (chance.uniform(-0.4, 0.6) if chance.random() < differing else 0.0))
        found = paired_score(pairs(a, b))
        covered += found.low <= truth <= found.high
    assert covered / rounds >= 0.94


def test_a_mean_difference_is_students() -> None:
    chance = random.Random(3)
    a = [chance.expovariate(1 / 200) for _ in range(60)]
    b = [x + chance.gauss(30, 40) for x in a]
    found = paired_mean(pairs(a, b))
    expected = stats.ttest_rel(b, a).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-5)


@pytest.mark.parametrize("freedom", [29, 60, 499, 100_000])
def test_students_t_is_that_of_the_tables(freedom: int) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-6)


def test_few_pairs_of_an_unbounded_quantity_leave_the_ends_open() -> None:
    found = paired_mean(pairs([1.0] * 29, [3.0] * 29))
    assert (found.value, found.low, found.high) == (2.0, None, None)
    assert verdict(found, "lower") == "unclear"


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_exact_test_of_flips_is_the_binomial_one(lost: int, gained: int) -> None:
    expected = stats.binomtest(lost, lost + gained).pvalue if lost + gained else 1.0
    assert flips_by_chance(lost, gained) == pytest.approx(expected, rel=1e-9)
    assert flips_by_chance(lost, gained) == flips_by_chance(gained, lost)


def test_the_exact_test_takes_a_hundred_thousand_flips() -> None:
    expected = stats.binomtest(49_700, 100_000).pvalue
    assert flips_by_chance(49_700, 50_300) == pytest.approx(expected, rel=1e-6)
    assert flips_by_chance(1_000, 99_000) == pytest.approx(0.0, abs=1e-300)


def test_separate_shares_have_newcombes_hybrid_interval() -> None:
    """56 of 70 against 48 of 80: Newcombe (1998), table II, row (a), method 10: 0.0524 to 0.3339."""
    a, b = (Measured(x / n, *wilson(x, n), n) for x, n in ((48, 80), (56, 70)))
    found = unpaired(a, b)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_separate_means_have_welchs_standard_error() -> None:
    a, b = Measured(10.0, 8.0, 12.0, 50), Measured(15.0, 13.5, 16.5, 70)
    found = unpaired(a, b)
    assert (found.low, found.high) == (5.0 - 2.5, 5.0 + 2.5)


def test_an_open_end_stays_open() -> None:
    found = unpaired(Measured(10.0, 8.0, None, 5), Measured(15.0, 13.0, 16.0, 9))
    assert found.low is None
    assert found.high is not None
    assert unpaired(None, Measured(1.0, 0.0, 2.0, 9)).value is None


@pytest.mark.parametrize(
    ("ends", "better", "words"),
    [
        ((0.1, 0.01, 0.2), "higher", "better"),
        ((0.1, 0.01, 0.2), "lower", "worse"),
        ((-0.1, -0.2, -0.01), "higher", "worse"),
        ((-0.1, -0.2, -0.01), "lower", "better"),
        ((0.1, -0.01, 0.2), "higher", "same"),
        ((0.0, -0.1, 0.1), "lower", "same"),
        ((0.0, 0.0, 0.0), "higher", "same"),
        ((0.1, 0.0, 0.2), "higher", "same"),
        ((0.1, None, 0.2), "higher", "same"),
        ((0.1, 0.01, None), "higher", "better"),
        ((0.1, None, None), "higher", "unclear"),
        ((None, None, None), "higher", "unknown"),
    ],
)
def test_a_verdict_needs_the_whole_interval_on_one_side(ends: tuple, better: str, words: str) -> None:
    assert verdict(Difference(*ends, n=9, source=""), better) == words


def test_nothing_paired_is_no_difference() -> None:
    for found in (paired_share(Pairs()), paired_score(Pairs()), paired_mean(Pairs())):
        assert (found.value, found.n) == (None, 0)
    assert inf > paired_share(table(1, 0, 0, 0)).high
