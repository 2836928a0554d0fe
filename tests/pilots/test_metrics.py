"""Every metric is the number that a brute-force count gives, with the interval of its kind."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.dataplane.contract.messages import Summary
from apps.dataplane.contract.plan import Plan
from apps.dataplane.contract.statistics import mean_interval, percentile_ranks, ranks_needed, wilson
from apps.pilots.rules.metrics import (
    METRICS,
    NOTHING,
    Measured,
    facts_of,
    format_value,
    measure,
    measured,
    projected,
    unit_of,
)

SOURCE = {"kind": "csv", "path": "/rows.csv"}
PLAN = Plan.model_validate(
    {
        "run": "r",
        "dataset": {"source": SOURCE, "input": ["text"], "reference": "label"},
        "targets": [
            {"kind": "openai", "name": "called", "base_url": "http://h", "model": "m"},
            {"kind": "baseline", "name": "free", "method": "majority", "train": SOURCE},
        ],
    }
)


def summary(metric, values, *, ranked=False, **more):
    ordered = sorted(values)
    ranks = {rank: ordered[rank - 1] for rank in ranks_needed(len(ordered))} if ranked else {}
    squares = math.fsum(value * value for value in values)
    given = {"target": 0, "n": len(values), "total": math.fsum(values), "squares": squares, "ranks": ranks}
    return Summary(metric=metric, **(given | more))


def latencies(n, seed=1):
    draw = random.Random(seed)
    return [draw.lognormvariate(6, 0.5) for _ in range(n)]


@pytest.mark.parametrize("metric", ["exact", "contains", "regex", "numeric", "exact_2", "regex_10"])
def test_a_scorer_that_says_yes_or_no_is_a_share(metric):
    found = measure(metric, summary(metric, [1.0] * 45 + [0.0] * 5))
    assert found == Measured(0.9, *wilson(45, 50), 50)


@pytest.mark.parametrize("metric", ["json_fields", "token_f1", "token_f1_3"])
def test_a_scorer_with_degrees_is_a_mean_between_0_and_1(metric):
    values = [0.0, 0.25, 0.5, 1.0] * 50
    found = measure(metric, summary(metric, values))
    expected = mean_interval(200, sum(values), sum(value**2 for value in values), (0.0, 1.0))
    assert (found.value, found.low, found.high, found.n) == (*expected, 200)
    assert found.spread == pytest.approx(statistics.stdev(values))


def test_the_error_rate_counts_all_samples():
    found = measured(PLAN, 0, [summary("error", [1.0] * 3 + [0.0] * 97)])
    assert found == {("error_rate", ""): Measured(0.03, *wilson(3, 100), 100)}


@pytest.mark.parametrize(("metric", "q"), [("latency_p50_ms", 0.50), ("latency_p95_ms", 0.95)])
def test_a_percentile_is_the_value_at_its_rank(metric, q):
    values = latencies(400)
    found = measured(PLAN, 0, [summary("latency_ms", values, ranked=True)])[metric, ""]
    estimate, low, high = percentile_ranks(400, q)
    ordered = sorted(values)
    assert found == Measured(ordered[estimate - 1], ordered[low - 1], ordered[high - 1], 400)


def test_a_percentile_of_few_values_has_no_upper_bound():
    found = measure("latency_p95_ms", summary("latency_ms", latencies(30), ranked=True))
    assert found.high is None
    assert found.low <= found.value


def test_a_percentile_without_its_ranks_is_refused_rather_than_guessed():
    with pytest.raises(ValueError, match="lacks ranks"):
        measure("latency_p95_ms", summary("latency_ms", latencies(100)))


def test_cost_is_of_a_thousand_samples():
    draw = random.Random(5)
    values = [draw.uniform(0.0001, 0.0003) for _ in range(300)]
    found = measured(PLAN, 0, [summary("cost", values)])["cost_per_1000", ""]
    half = 1.959963984540054 * statistics.stdev(values) / math.sqrt(300)
    assert found.value == pytest.approx(1000 * statistics.mean(values))
    assert (found.low, found.high) == pytest.approx(
        (1000 * (statistics.mean(values) - half), 1000 * (statistics.mean(values) + half))
    )


def test_cost_of_few_samples_has_no_bounds():
    found = measure("cost_per_1000", summary("cost", [0.0002] * 29))
    assert (found.value, found.low, found.high) == (pytest.approx(0.2), None, None)


def test_a_target_that_is_not_called_has_neither_latency_nor_cost():
    parts = [
        summary("exact", [1.0, 0.0], target=1),
        summary("cost", [0.0, 0.0], target=1),
        summary("latency_ms", [1.0, 2.0], ranked=True, target=1),
        summary("error", [0.0, 0.0], target=1),
    ]
    assert {name for name, _ in measured(PLAN, 1, parts)} == {"exact", "error_rate"}
    assert measured(PLAN, 0, parts) == {}


def test_slices_stand_beside_the_whole_and_suppressed_groups_say_nothing():
    found = measured(
        PLAN,
        0,
        [
            summary("exact", [1.0] * 10),
            summary("exact", [1.0] * 6, slice="channel=mail"),
            Summary(target=0, metric="latency_ms", slice="channel=chat", suppressed=True),
        ],
    )
    assert found["exact", ""].n == 10
    assert found["exact", "channel=mail"].n == 6
    assert found["latency_p50_ms", "channel=chat"] is None
    assert found["latency_p95_ms", "channel=chat"] is None


@pytest.mark.parametrize("metric", METRICS)
def test_nothing_measured_is_nothing(metric):
    assert measure(metric, Summary(target=0, metric=metric)) == NOTHING
    assert projected(metric, NOTHING, 100) == NOTHING


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_facts_for_the_screen(metric):
    facts = facts_of(metric)
    assert all((facts.title, facts.formula, facts.source))
    assert facts.unit == unit_of(f"{metric}_2")
    assert facts.is_share == (facts.unit == "share")


def test_a_name_that_is_no_metric_has_no_facts():
    with pytest.raises(KeyError):
        facts_of("exactly")


@pytest.mark.parametrize(
    ("metric", "values", "text"),
    [
        ("exact", (0.86, 0.8271, 0.888, 500), "0.860 [0.827, 0.888] n 500"),
        ("latency_p95_ms", (1240.4, 900.0, None, 60), "1,240 [900, ?] ms n 60"),
        ("cost_per_1000", (0.21234, 0.2, 0.22, 3080), "0.2123 [0.2, 0.22] n 3,080"),
        ("exact", (None, None, None, 0), "–"),
    ],
)
def test_a_value_is_shown_with_its_interval_and_n(metric, values, text):
    assert format_value(metric, *values) == text


@given(st.integers(1, 400), st.data())
def test_projected_onto_its_own_n_a_measurement_stays(n, data):
    values = data.draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=n, max_size=n))
    for metric in ("exact", "token_f1", "cost_per_1000"):
        now = measure(metric, summary(metric, values))
        then = projected(metric, now, n)
        assert (then.value, then.low, then.high) == pytest.approx((now.value, now.low, now.high))
    now = measure("latency_p95_ms", summary("latency_ms", values, ranked=True))
    then = projected("latency_p95_ms", now, n)
    assert (then.value, then.low, then.high) == pytest.approx((now.value, now.low, now.high))


@pytest.mark.parametrize("metric", ["exact", "token_f1", "cost_per_1000", "latency_p50_ms", "latency_p95_ms"])
def test_more_samples_of_the_same_kind_narrow_the_interval(metric):
    values = latencies(300) if "latency" in metric else [draw % 3 / 2 for draw in range(300)]
    now = measure(metric, summary(metric, values, ranked="latency" in metric))
    widths = [(then := projected(metric, now, n)).high - then.low for n in (300, 1000, 10_000, 1_000_000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0] / 20


def test_an_end_without_a_bound_is_the_value_once_there_is_a_rank_for_it():
    now = measure("latency_p95_ms", summary("latency_ms", latencies(40), ranked=True))
    assert projected("latency_p95_ms", now, 71).high is None
    assert projected("latency_p95_ms", now, 72).high == now.value
