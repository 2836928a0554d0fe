"""Intervals hold what they promise: against scipy, and against the truth in simulated runs."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from apps.dataplane.contract.statistics import (
    PERCENTILES,
    mean_interval,
    percentile_ranks,
    quantile,
    ranks_needed,
    variance,
    wilson,
)

WRONG = 0.025  # of runs, at each end
RUNS = 4000
NOISE = 3.5 * math.sqrt(WRONG * (1 - WRONG) / RUNS)


def sums(values):
    return len(values), math.fsum(values), math.fsum(value * value for value in values)


def test_quantile_is_the_normal_one():
    assert quantile(0.95) == pytest.approx(stats.norm.ppf(0.975), abs=1e-12)


@given(st.integers(1, 10**6), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_what_scipy_computes(n, share, confidence):
    successes = round(share * n)
    expected = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert wilson(successes, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_wilson_holds_its_share_and_is_never_without_width(n, share):
    low, high = wilson(share * n, n)
    assert 0 <= low <= share * n / n <= high <= 1
    assert low < high


def test_wilson_of_nothing_is_everything():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (math.nan, 5)])
def test_wilson_refuses_what_is_no_share(successes, n):
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(successes, n)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_wilson_holds_the_truth_in_95_of_100_runs(share):
    draw = random.Random(1)
    held = 0
    for _ in range(RUNS):
        low, high = wilson(sum(draw.random() < share for _ in range(100)), 100)
        held += low <= share <= high
    assert held / RUNS >= 0.95 - 0.015  # Wilson's own coverage oscillates by about a hundredth


def test_variance_does_not_invent_what_rounding_left():
    assert variance(*sums([0.1] * 1000)) == 0
    assert variance(*sums([1, 2, 3, 4])) == pytest.approx(5 / 3)
    assert variance(1, 3.0, 9.0) == 0


def test_mean_interval_is_the_textbooks_on_many_samples():
    draw = random.Random(2)
    values = [draw.uniform(0.2, 0.9) for _ in range(200)]
    value, low, high = mean_interval(*sums(values), bounds=(0.0, 1.0))
    half = stats.norm.ppf(0.975) * stats.tstd(values) / math.sqrt(200)
    assert (value, low, high) == pytest.approx(
        (sum(values) / 200, sum(values) / 200 - half, sum(values) / 200 + half)
    )
    assert mean_interval(*sums(values), bounds=None) == pytest.approx((value, low, high))


@pytest.mark.parametrize(
    "values", [[1.0], [1.0] * 29, [0.3, 0.7] * 14, [0.4] * 500, [0.0] * 1000, [1.0] * 99 + [0.8]]
)
def test_mean_interval_is_as_wide_as_a_shares_where_samples_are_few_or_alike(values):
    n, total, squares = sums(values)
    value, low, high = mean_interval(n, total, squares, bounds=(0.0, 1.0))
    assert (low, high) == pytest.approx(wilson(total, n))
    assert low <= value <= high
    assert high - low > 0


def test_mean_interval_is_scaled_to_its_bounds():
    value, low, high = mean_interval(*sums([5.0] * 10), bounds=(1.0, 5.0))
    assert value == high == 5.0
    assert low == pytest.approx(1 + 4 * wilson(10, 10)[0])


@pytest.mark.parametrize("n", [1, 2, 29])
def test_few_samples_say_nothing_of_an_unbounded_mean(n):
    assert mean_interval(*sums([3.0] * n), bounds=None) == (3.0, -math.inf, math.inf)


def test_mean_interval_refuses_no_samples_and_an_impossible_mean():
    with pytest.raises(ValueError, match="no samples"):
        mean_interval(0, 0, 0, None)
    with pytest.raises(ValueError, match="outside"):
        mean_interval(10, 11, 13, (0.0, 1.0))


SCORES = {
    "even": lambda draw: draw.random(),
    "all or nothing, often": lambda draw: float(draw.random() < 0.9),
    "nearly always right": lambda draw: 1.0 if draw.random() < 0.97 else draw.random() / 2,
    "thirds": lambda draw: draw.choice([0, 1 / 3, 2 / 3, 1]),
}


@pytest.mark.parametrize("n", [10, 40, 300])
@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES.keys())
def test_a_mean_scores_interval_holds_the_truth_in_95_of_100_runs(score, n):
    draw = random.Random(3)
    truth = sum(score(draw) for _ in range(400_000)) / 400_000
    held = 0
    for _ in range(1000):
        _, low, high = mean_interval(*sums([score(draw) for _ in range(n)]), bounds=(0.0, 1.0))
        held += low <= truth <= high
    assert held / 1000 >= 0.93 - 3.5 * math.sqrt(0.93 * 0.07 / 1000)  # 0.93 is Wilson's own at 9 of 10


SIZES = [*range(1, 130), 999, 12_345, 10**6]


@pytest.mark.parametrize("q", [0.01, 0.5, 0.95, 0.999])
def test_ranks_are_exact_at_every_size(q):
    for n in SIZES:
        estimate, low, high = percentile_ranks(n, q)
        assert estimate == math.ceil(round(q * n, 9))
        # low is the highest, high the lowest rank that is wrong in at most 2.5 %
        assert stats.binom.cdf(low - 1, n, q) <= WRONG < stats.binom.cdf(low, n, q)
        assert stats.binom.sf(high - 1, n, q) <= WRONG < stats.binom.sf(high - 2, n, q)


def test_an_estimates_rank_is_not_moved_by_rounding():
    assert percentile_ranks(100, 0.07)[0] == 7  # 0.07 * 100 is a little more than 7


@given(st.integers(1, 10**7), st.floats(0.001, 0.999))
def test_ranks_lie_around_the_estimate(n, q):
    estimate, low, high = percentile_ranks(n, q)
    assert 0 <= low <= estimate <= n
    assert max(low + 1, estimate) <= high <= n + 1


def test_a_far_percentile_has_no_bound_until_there_are_enough_values():
    assert percentile_ranks(71, 0.95)[2] == 72
    assert percentile_ranks(72, 0.95)[2] == 72
    assert percentile_ranks(3, 0.5)[1:] == (0, 4)


@pytest.mark.parametrize(("n", "q"), [(0, 0.5), (10, 0.0), (10, 1.0)])
def test_ranks_refuse_what_has_no_percentile(n, q):
    with pytest.raises(ValueError, match="needs n"):
        percentile_ranks(n, q)


@pytest.mark.parametrize("n", [80, 400])
@pytest.mark.parametrize("q", PERCENTILES.values())
def test_each_end_of_a_percentile_is_wrong_in_at_most_25_of_1000_runs(n, q):
    draw = random.Random(4)
    truth = -math.log(1 - q)
    below = above = 0
    _, low, high = percentile_ranks(n, q)
    for _ in range(RUNS):
        values = sorted(draw.expovariate(1) for _ in range(n))
        above += values[low - 1] > truth
        below += values[high - 1] < truth
    assert above / RUNS <= WRONG + NOISE
    assert below / RUNS <= WRONG + NOISE


def test_the_ranks_needed_are_all_that_the_percentiles_use():
    assert ranks_needed(0) == []
    assert ranks_needed(1) == [1]
    for n in (5, 100, 5000):
        used = {rank for q in PERCENTILES.values() for rank in percentile_ranks(n, q)}
        assert ranks_needed(n) == sorted(used & set(range(1, n + 1)))
