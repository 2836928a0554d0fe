"""A verdict rests on the interval, and too little evidence is never a green light."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.dataplane.contract.messages import Summary
from apps.dataplane.contract.statistics import ranks_needed, wilson
from apps.pilots.rules.metrics import NOTHING, Measured, measure
from apps.pilots.rules.verdicts import decide, judge, more_samples, run_verdict

BEST = {"missed": 0, "undecided": 1, "met": 2}
FLIP = {"met": "missed", "missed": "met", "undecided": "undecided"}
directions = st.sampled_from(["at_least", "at_most"])
numbers = st.floats(-1e6, 1e6)
intervals = (
    st.tuples(numbers, numbers)
    .map(sorted)
    .flatmap(lambda ends: st.sampled_from([ends, [None, ends[1]], [ends[0], None], [None, None]]))
)
CLEAN = {"error_rate": 0.0, "max_errors": 0.01, "stopped": ""}


def share(successes, n):
    return Measured(successes / n, *wilson(successes, n), n)


def latency(values, metric="latency_p95_ms"):
    ordered = sorted(values)
    ranks = {rank: ordered[rank - 1] for rank in ranks_needed(len(ordered))}
    return measure(metric, Summary(target=0, metric="latency_ms", n=len(ordered), ranks=ranks))


@pytest.mark.parametrize(
    ("direction", "threshold", "low", "high", "verdict"),
    [
        ("at_least", 0.8, 0.8, 0.9, "met"),  # the threshold itself passes
        ("at_least", 0.8, 0.7999, 0.9, "undecided"),
        ("at_least", 0.8, 0.6, 0.8, "undecided"),  # missed only when the far end fails it
        ("at_least", 0.8, 0.6, 0.7999, "missed"),
        ("at_most", 0.8, 0.6, 0.8, "met"),
        ("at_most", 0.8, 0.6, 0.8001, "undecided"),
        ("at_most", 0.8, 0.8, 0.9, "undecided"),
        ("at_most", 0.8, 0.8001, 0.9, "missed"),
        ("at_least", 0.8, None, 0.9, "undecided"),
        ("at_least", 0.8, None, 0.7, "missed"),
        ("at_least", 0.8, 0.85, None, "met"),
        ("at_most", 0.8, 0.5, None, "undecided"),
        ("at_most", 0.8, 0.9, None, "missed"),
        ("at_least", 0.8, None, None, "undecided"),
    ],
)
def test_the_interval_decides(direction, threshold, low, high, verdict):
    assert decide(direction, threshold, Measured(0.8, low, high, 100)) == verdict


@given(directions, numbers, intervals)
def test_flipping_direction_and_sign_changes_nothing(direction, threshold, interval):
    low, high = interval
    other = "at_most" if direction == "at_least" else "at_least"
    turned = Measured(0, None if high is None else -high, None if low is None else -low, 10)
    assert decide(direction, threshold, Measured(0, low, high, 10)) == decide(other, -threshold, turned)


@given(directions, numbers, intervals)
def test_the_opposite_direction_gives_the_opposite_verdict_off_the_threshold(direction, threshold, interval):
    low, high = interval
    if threshold in (low, high):
        return
    other = "at_most" if direction == "at_least" else "at_least"
    now = Measured(0, low, high, 10)
    assert decide(other, threshold, now) == FLIP[decide(direction, threshold, now)]


@given(directions, st.floats(0, 1), st.integers(1, 3000), st.data())
def test_a_better_value_never_worsens_the_verdict(direction, threshold, n, data):
    few = data.draw(st.integers(0, n))
    many = data.draw(st.integers(few, n))
    worse, better = (few, many) if direction == "at_least" else (many, few)
    assert (
        BEST[decide(direction, threshold, share(worse, n))]
        <= BEST[decide(direction, threshold, share(better, n))]
    )


@given(directions, st.floats(0, 1), st.integers(1, 300), st.integers(1, 50), st.data())
def test_more_evidence_for_the_same_value_never_turns_met_into_missed(direction, threshold, n, times, data):
    successes = data.draw(st.integers(0, n))
    before = decide(direction, threshold, share(successes, n))
    after = decide(direction, threshold, share(successes * times, n * times))
    assert {before, after} != {"met", "missed"}
    assert before == "undecided" or after == before


@given(directions, st.floats(0, 1), st.integers(0, 60))
def test_a_value_on_the_wrong_side_is_never_met(direction, threshold, successes):
    now = share(successes, 60)
    verdict = decide(direction, threshold, now)
    passes = now.value >= threshold if direction == "at_least" else now.value <= threshold
    assert verdict != ("missed" if passes else "met")


CLEARLY_MET = ("exact", "at_least", 0.5, share(100, 100))


@pytest.mark.parametrize("stopped", ["cancelled", "cost_cap", "time_limit", "endpoint_dead"])
def test_a_partial_run_decides_nothing(stopped):
    judgement = judge(*CLEARLY_MET, **{**CLEAN, "stopped": stopped})
    assert (judgement.verdict, judgement.code, judgement.more_samples) == ("undecided", "partial", None)


def test_too_many_errors_decide_nothing_and_just_enough_do():
    allowed = {"max_errors": 0.01, "stopped": ""}
    assert judge(*CLEARLY_MET, error_rate=1 / 100, **allowed).verdict == "met"
    judgement = judge(*CLEARLY_MET, error_rate=2 / 100, **allowed)
    assert (judgement.verdict, judgement.code) == ("undecided", "too_many_errors")
    assert "2.00%" in judgement.reason


def test_nothing_measured_decides_nothing():
    judgement = judge("exact", "at_least", 0.0, NOTHING, **CLEAN)
    assert (judgement.verdict, judgement.code) == ("undecided", "no_samples")


@pytest.mark.parametrize(
    ("threshold", "verdict", "code", "words"),
    [
        (0.8, "met", "passes", "0.900 [0.867, 0.926] n 400, at least 0.8"),
        (0.95, "missed", "fails", "at least 0.95"),
        (0.88, "undecided", "straddles", "more would decide"),
    ],
)
def test_a_judgement_says_why(threshold, verdict, code, words):
    judgement = judge("exact", "at_least", threshold, share(360, 400), **CLEAN)
    assert (judgement.verdict, judgement.code) == (verdict, code)
    assert words in judgement.reason
    assert (judgement.more_samples is not None) == (verdict == "undecided")


def test_a_judgement_names_the_unit_and_the_missing_bound():
    judgement = judge("latency_p95_ms", "at_most", 2000, latency(range(100, 150)), **CLEAN)
    assert (judgement.verdict, judgement.code, judgement.more_samples) == ("undecided", "unbounded", 22)
    assert "at most 2,000 ms" in judgement.reason


@given(directions, st.floats(0.02, 0.98), st.integers(5, 400), st.data())
def test_so_many_more_samples_decide_and_one_fewer_do_not(direction, threshold, n, data):
    successes = data.draw(st.integers(0, n))
    now = share(successes, n)
    if decide(direction, threshold, now) != "undecided" or abs(now.value - threshold) < 0.01:
        return
    more = more_samples("exact", direction, threshold, now)
    assert more >= 1

    def verdict(size):
        return decide(direction, threshold, Measured(now.value, *wilson(now.value * size, size), size))

    assert verdict(n + more) != "undecided"
    assert verdict(n + more - 1) == "undecided"


@pytest.mark.parametrize("value", [0.0, 0.8, 1.0])
def test_no_number_of_samples_decides_what_sits_on_the_threshold(value):
    assert more_samples("exact", "at_least", value, share(round(value * 50), 50)) is None


def test_more_samples_for_a_mean_follow_its_spread():
    values = [0.2, 1.0] * 50
    squares = math.fsum(value**2 for value in values)
    now = measure("token_f1", Summary(target=0, metric="token_f1", n=100, total=60, squares=squares))
    more = more_samples("token_f1", "at_least", 0.55, now)
    assert 100 + more == pytest.approx((1.96 * 0.4 / 0.05) ** 2, rel=0.02)


def test_more_samples_for_a_percentile_are_about_what_it_takes():
    draw = random.Random(6)
    now = latency([draw.lognormvariate(6, 0.4) for _ in range(300)])
    threshold = now.value + (now.high - now.value) / 3
    n = 300 + more_samples("latency_p95_ms", "at_most", threshold, now)
    # The share below the threshold, read off the same line, must then be worth an upper rank.
    assert 900 < n < 6000
    assert more_samples("latency_p95_ms", "at_most", now.value, now) is None


WRONG = 0.025
RUNS = 3000


@pytest.mark.parametrize("direction", ["at_least", "at_most"])
def test_wrong_verdicts_on_shares_are_rare(direction):
    draw = random.Random(7)
    wrong = {"met": 0, "missed": 0}
    for _ in range(RUNS):
        threshold = draw.uniform(0.1, 0.95)
        successes = sum(draw.random() < threshold for _ in range(200))
        # The truth is the threshold itself, give or take nothing: the worst case for either verdict.
        verdict = decide(direction, threshold, share(successes, 200))
        if verdict != "undecided":
            wrong[verdict] += 1
    noise = 3.5 * math.sqrt(WRONG * (1 - WRONG) / RUNS)
    assert wrong["met"] / RUNS <= WRONG + 0.004 + noise
    assert wrong["missed"] / RUNS <= WRONG + 0.004 + noise
    assert min(wrong.values()) / RUNS >= WRONG / 3  # and the interval is not needlessly wide


@pytest.mark.parametrize("n", [60, 250])
def test_wrong_verdicts_on_percentiles_are_rare(n):
    draw = random.Random(8)
    truth = -math.log(0.05)
    verdicts = [
        decide("at_most", truth, latency([draw.expovariate(1) for _ in range(n)])) for _ in range(RUNS)
    ]
    noise = 3.5 * math.sqrt(WRONG * (1 - WRONG) / RUNS)
    assert verdicts.count("met") / RUNS <= WRONG + noise
    assert verdicts.count("missed") / RUNS <= WRONG + noise


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([], None),
        (["met", "met"], "met"),
        (["met", "undecided"], "undecided"),
        (["undecided", "missed", "met"], "missed"),
    ],
)
def test_a_run_is_as_good_as_its_worst_criterion(verdicts, whole):
    assert run_verdict(verdicts) == whole
