"""The engine against a real HTTP endpoint that behaves well."""

from pathlib import Path

import pytest

from apps.dataplane.contract.plan import Scorer
from apps.dataplane.engine import counts_of, retry

from .engine_at_work import Mock, Site, plan_of, rows_of, running_mock


@pytest.fixture(scope="module")
def mock():
    with running_mock() as mock:
        yield mock


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retry, "BASE", 0.01)
    site = Site(tmp_path, {"env:KEY": "sk-very-secret", "file:tenant": "acme\n"})
    yield site
    site.engine.close()


def test_every_row_is_called_and_scored_once(site: Site, mock: Mock):
    texts = [f"text {n}" for n in range(300)]
    outcome = site.outcome(
        plan_of(mock.target("echo@once")), rows_of(texts, labels=[*texts[:150], *["no"] * 150])
    )
    assert outcome.stopped is None
    assert [row.sample.n for row in outcome.outcomes] == list(range(300))
    assert [row.answer for row in outcome.outcomes] == texts
    assert sum(row.scores["exact"] for row in outcome.outcomes) == 150
    assert mock.tally("echo@once").calls == 300
    assert all(
        row.latency_ms and row.latency_ms > 0 and row.cost == 0.0 and not row.cached
        for row in outcome.outcomes
    )


def test_the_call_carries_the_limit_the_parameters_and_the_resolved_references(site: Site, mock: Mock):
    target = mock.target(
        "echo@headers",
        api_key="env:KEY",
        headers={"X-Tenant": "file:tenant", "X-Plain": "as it is"},
        params={"temperature": 0, "stream": True, "n": 5, "model": "other"},
        system="target's own",
        prompt="own: {{ text }}",
    )
    outcome = site.outcome(plan_of(target, system="plan's", prompt="plan: {{text}}"), rows_of(["{{ text }}"]))
    assert outcome.outcomes[0].answer == "own: {{ text }}"
    tally = mock.tally("echo@headers")
    assert tally.headers["authorization"] == "Bearer sk-very-secret"
    assert (tally.headers["x-tenant"], tally.headers["x-plain"]) == ("acme", "as it is")
    assert tally.body == {
        "model": "echo@headers",
        "temperature": 0,
        "max_tokens": 256,
        "messages": [
            {"role": "system", "content": "target's own"},
            {"role": "user", "content": "own: {{ text }}"},
        ],
    }


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_anthropic_is_spoken_with_and_without_v1(site: Site, mock: Mock, suffix: str):
    target = mock.claude("echo@claude", api_key="env:KEY", params={"max_tokens": 9})
    target = target.model_copy(update={"base_url": mock.address + suffix, "model": f"echo@claude{suffix}"})
    outcome = site.outcome(plan_of(target, system="be brief"), rows_of(["hello"]))
    row = outcome.outcomes[0]
    assert (row.answer, row.kind, row.scores) == ("hello", "ok", {"exact": 1.0})
    assert row.input_tokens
    assert row.output_tokens
    tally = mock.tally(target.model)
    assert (tally.headers["x-api-key"], tally.headers["anthropic-version"]) == (
        "sk-very-secret",
        "2023-06-01",
    )
    assert tally.body["system"] == "be brief"
    assert tally.body["max_tokens"] == 9


@pytest.mark.parametrize(
    ("model", "kind", "answer"),
    [
        ("refusal", "refused", "I cannot"),
        ("refusal_text", "refused", "I cannot"),
        ("truncated", "truncated", "and so"),
        ("empty", "empty", ""),
        ("null", "empty", ""),
        ("parts", "ok", "one two"),
        ("nul", "ok", "\x00" * 1000),
        ("surrogate", "ok", "\ud800 alone"),
        ("big", "ok", "x" * 1_000_000),
    ],
)
def test_answers_of_every_kind_are_scored_as_they_are_and_kept(
    site: Site, mock: Mock, model: str, kind: str, answer: str
):
    scorers = tuple(Scorer(name=kind, kind=kind, pattern="x+$") for kind in ("exact", "regex", "token_f1"))  # type: ignore[arg-type]
    plan = plan_of(mock.target(f"{model}@kinds"), scorers=scorers)
    rows = rows_of(["a"], labels=[answer])
    row = site.outcome(plan, rows).outcomes[0]
    assert (row.kind, row.answer, row.scores["exact"]) == (kind, answer, 1.0)
    counts = counts_of([row])
    assert (counts.done, counts.errors, counts.answers) == (1, {}, {kind: 1} if kind != "ok" else {})
    again = site.outcome(plan, rows).outcomes[0]
    assert (again.kind, again.answer, again.scores, again.cached) == (kind, answer, row.scores, "resumed")


@pytest.mark.parametrize("kind", ["refusal", "truncated", "empty"])
def test_anthropics_answers_of_every_kind(site: Site, mock: Mock, kind: str):
    row = site.outcome(plan_of(mock.claude(f"{kind}@claude")), rows_of(["a"])).outcomes[0]
    assert row.kind == {"refusal": "refused"}.get(kind, kind)


def test_a_scorer_that_needs_structure_decides_what_is_unparsable(site: Site, mock: Mock):
    scorers = (
        Scorer(name="numeric", kind="numeric"),
        Scorer(name="json_fields", kind="json_fields", fields=("a",)),
    )
    plan = plan_of(mock.target("echo@unparsable"), scorers=scorers)
    rows = rows_of(["no number", '{"a": 1}'], labels=["1", '{"a": 1}'])
    first, second = site.outcome(plan, rows).outcomes
    assert (first.kind, first.scores) == ("unparsable", {"numeric": 0.0, "json_fields": 0.0})
    assert (second.kind, second.scores) == ("ok", {"numeric": 1.0, "json_fields": 1.0})


def test_a_row_without_reference_has_no_score_where_one_is_needed(site: Site, mock: Mock):
    scorers = (Scorer(name="exact", kind="exact"), Scorer(name="regex", kind="regex", pattern="^a"))
    row = site.outcome(
        plan_of(mock.target("echo@null"), scorers=scorers), rows_of(["abc"], labels=[None])
    ).outcomes[0]
    assert row.scores == {"regex": 1.0}
