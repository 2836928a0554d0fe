"""Baselines and recorded outputs: exact against brute force, on made-up and on real rows."""

import csv
import math
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dataplane import baselines
from apps.dataplane.contract.plan import BaselineTarget, CsvSource, RecordedTarget
from apps.dataplane.samples import Sample

from .engine_at_work import Site, limits, plan_of, rows_of, until

BANKING = Path(__file__).parents[3] / "shared" / "data" / "banking77"
TEXTS = st.lists(st.text(alphabet="ab cd", max_size=8), min_size=1, max_size=8)


@pytest.fixture
def site(tmp_path: Path):
    site = Site(tmp_path)
    yield site
    site.engine.close()


def baseline(method: str) -> BaselineTarget:
    return BaselineTarget.model_validate(
        {"name": method, "method": method, "train": CsvSource(path="train.csv")}
    )


def brute_nearest(train: list[tuple[str, str]], text: str) -> str:
    """TF-IDF by its definition (smoothed idf, length 1), the first of the closest rows; plain dictionaries."""
    words = [Counter(re.findall(r"(?u)\b\w\w+\b", row.lower())) for row, _ in train]
    found_in = Counter(word for row in words for word in row)
    idf = {word: math.log((1 + len(train)) / (1 + count)) + 1 for word, count in found_in.items()}

    def vector(counts: Counter[str]) -> dict[str, float]:
        weighted = {word: count * idf[word] for word, count in counts.items() if word in idf}
        length = math.sqrt(math.fsum(weight * weight for weight in weighted.values())) or 1.0
        return {word: weight / length for word, weight in weighted.items()}

    asked = vector(Counter(re.findall(r"(?u)\b\w\w+\b", text.lower())))
    near = [
        round(math.fsum(weight * row[word] for word, weight in asked.items() if word in row), 12)
        for row in map(vector, words)
    ]
    return train[near.index(max(near))][1]


@settings(deadline=None)
@given(TEXTS, st.text(alphabet="ab cd", max_size=8))
def test_nearest_is_what_brute_force_finds(texts: list[str], asked: str):
    train = [(text, f"label {at}") for at, text in enumerate(texts)]
    assert baselines.fit("nearest", train).answers([asked]) == [brute_nearest(train, asked)]


@given(st.lists(st.sampled_from(["b", "a", "B", "é", ""]), min_size=1))
def test_majority_is_the_most_frequent_label_and_of_several_the_first(labels: list[str]):
    most = max(labels.count(label) for label in labels)
    right = sorted(label for label in labels if labels.count(label) == most)[0]
    assert baselines.fit("majority", [("", label) for label in labels]).answers(["x", "y"]) == [right] * 2


def test_rows_that_are_equally_near_give_the_label_of_the_first():
    train = [("lost card", "first"), ("card lost", "second"), ("lost card", "third"), ("other", "fourth")]
    assert list(baselines.fit("nearest", train).answers(["card lost!", "unheard of"])) == ["first", "first"]


def test_a_baseline_needs_a_row_but_no_word():
    for method in baselines.FITTERS:
        with pytest.raises(baselines.NoRows):
            baselines.fit(method, [])
    assert baselines.fit("nearest", [("?", "a"), ("!", "b")]).answers(["what"]) == ["a"]


def read(name: str) -> list[tuple[str, str]]:
    with (BANKING / name).open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


@pytest.mark.skipif(not BANKING.is_dir(), reason="the Banking77 rows are not on this machine")
def test_accuracy_on_real_messages_equals_brute_force_exactly(site: Site):
    """Dense float64 arithmetic, row by row, from scikit-learn's counts only."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    train, test = read("train.csv"), read("test.csv")
    counts = CountVectorizer()
    learned = counts.fit_transform([text for text, _ in train]).toarray().astype(np.float64)
    idf = np.log((1 + len(train)) / (1 + (learned > 0).sum(axis=0))) + 1
    learned *= idf
    learned /= np.maximum(np.sqrt((learned**2).sum(axis=1, keepdims=True)), 1e-300)
    right = 0
    for start in range(0, len(test), 200):
        part = test[start : start + 200]
        asked = counts.transform([text for text, _ in part]).toarray() * idf
        asked /= np.maximum(np.sqrt((asked**2).sum(axis=1, keepdims=True)), 1e-300)
        used = asked.any(axis=0)
        near = np.round(asked[:, used] @ learned[:, used].T, 12).argmax(axis=1)
        right += sum(train[at][1] == label for at, (_, label) in zip(near, part, strict=True))
    frequent = Counter(label for _, label in train)
    common = min(frequent, key=lambda label: (-frequent[label], label))

    site.train = rows_of([text for text, _ in train], labels=[label for _, label in train])
    rows = rows_of([text for text, _ in test], labels=[label for _, label in test])
    plan = plan_of(baseline("majority"), baseline("nearest"))
    scores = []
    for target in range(2):
        outcomes = site.outcome(plan, rows, target=target).outcomes
        scores.append(sum(row.scores["exact"] for row in outcomes))
        assert len(outcomes) == len(test) == 3080
    assert scores == [sum(label == common for _, label in test), right]


# through the engine


def test_baselines_have_neither_latency_nor_cost_nor_tokens_and_are_fitted_once(site: Site):
    site.train = rows_of(["red card", "blue card"], labels=["red", "blue"])
    plan = plan_of(baseline("nearest"))
    chunks = [
        site.submit(plan, rows_of(["the red one"] * 300, labels=["red"] * 300, start=300 * n))
        for n in range(3)
    ]
    for chunk in chunks:
        outcomes = chunk.outcome().outcomes
        assert {(row.answer, row.kind) for row in outcomes} == {("red", "ok")}
        assert {row.scores["exact"] for row in outcomes} == {1.0}
        nothing = {
            (row.latency_ms, row.cost, row.input_tokens, row.output_tokens, row.cached) for row in outcomes
        }
        assert nothing == {(None, None, None, None, "")}
    assert site.trained == 1


def test_a_baseline_sees_all_input_columns_one_below_the_other(site: Site):
    plan = plan_of(baseline("nearest"))
    plan = plan.model_copy(update={"dataset": plan.dataset.model_copy(update={"input": ("title", "text")})})
    site.train = [
        Sample(0, "", {"title": "alpha", "text": "one"}, "first"),
        Sample(1, "", {"title": "beta", "text": "one"}, "second"),
    ]
    rows = [Sample(0, "", {"title": "beta", "text": "unknown"}, "second")]
    assert site.outcome(plan, rows).outcomes[0].answer == "second"


def test_a_baseline_without_training_rows_fails_the_chunk(site: Site):
    site.train = rows_of(["unlabelled"], labels=[None])
    assert site.submit(plan_of(baseline("majority")), rows_of(["a"])).failure().code == "source_empty"


def test_recorded_outputs_are_scored_an_empty_one_too_and_a_missing_one_is_an_error(site: Site):
    plan = plan_of(RecordedTarget(name="yesterday", column="old"), limits=limits(cost=0))
    rows = [
        Sample(0, "", {"old": " right "}, "right"),
        Sample(1, "", {"old": ""}, "right"),
        Sample(2, "", {"text": "x"}, "right"),
    ]
    first, second, third = site.outcome(plan, rows).outcomes
    assert (first.kind, first.scores, first.answer) == ("ok", {"exact": 1.0}, " right ")
    assert (second.kind, second.scores) == ("empty", {"exact": 0.0})
    assert (third.kind, third.scores, third.cost) == ("missing_output", {}, None)


def test_a_cancelled_recorded_run_stops_between_its_rows(site: Site):
    import threading

    goes_on = threading.Event()

    def rows():
        yield from rows_of(["a"] * 256)
        goes_on.wait(60)
        yield from rows_of(["a"] * 256)

    plan = plan_of(RecordedTarget(name="yesterday", column="text"))
    pending = site.submit(plan, rows, size=512)
    until(lambda: any(hand.counts.done == 256 for hand in site.engine.in_hand()))
    site.engine.cancel(plan.run)
    outcome = pending.outcome()
    goes_on.set()
    assert (outcome.stopped, len(outcome.outcomes)) == ("cancelled", 256)
