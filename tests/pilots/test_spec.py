"""A spec is read as it is written, written as it is read, and frozen into a plan that says the same."""

import pytest
from hypothesis import HealthCheck, given, settings

from apps.dataplane.contract.plan import Dataset, Limits, Plan
from apps.dataplane.contract.privacy import Level
from apps.pilots import spec
from apps.pilots.spec import models
from apps.pilots.spec.reference import MEANINGS
from tests.pilots.specs import EXAMPLE, LEAST, specs


def test_the_example_is_read_in_full():
    read = spec.parse(EXAMPLE)
    assert (read.client, read.engagement) == ("Northwind Bank", "support-triage")
    assert read.plan_dataset() == Dataset.model_validate(
        {
            "source": {"kind": "csv", "path": "data/messages.csv"},
            "input": ["text"],
            "reference": "category",
            "slices": ["channel"],
            "sample": {"size": 500, "seed": 7},
        }
    )
    assert read.prompt == "Which intent is this message? Answer with the label only.\n{{ text }}\n"
    assert [(target.name, target.kind) for target in read.targets] == [
        ("local-llm", "openai"),
        ("claude", "anthropic"),
        ("yesterday", "recorded"),
        ("majority", "baseline"),
        ("nearest", "baseline"),
    ]
    assert read.targets[0].params == {"temperature": 0, "max_tokens": 16}
    assert (read.targets[0].price.input, read.targets[0].price.output) == (0.10, 0.40)
    assert [(each.target, each.metric, each.direction, each.threshold) for each in read.criteria] == [
        ("local-llm", "exact", "at_least", 0.85),
        ("local-llm", "latency_p95_ms", "at_most", 2000),
    ]
    assert (read.privacy, read.cache, read.limits.concurrency, read.limits.rpm) == (
        Level.SCORES,
        "resume",
        32,
        600,
    )


def test_what_is_left_out_is_at_the_contracts_default():
    read = spec.parse(LEAST)
    plan = spec.to_plan(read, "run-1")
    expected = Plan(run="run-1", dataset=read.plan_dataset(), targets=plan.targets)
    assert plan == expected
    assert plan.limits == Limits()
    assert plan.scorers == ()
    assert read.criteria == ()


def test_the_usual_scorer_is_exact_where_there_is_a_reference():
    with_reference = LEAST.replace("input: [text]", "input: [text], reference: label")
    assert spec.parse(with_reference).scorers == ("exact",)
    assert spec.parse(with_reference + "scorers: []\n").scorers == ()


def test_every_kind_of_source_and_scorer_is_taken():
    text = LEAST.replace("input: [text]", "input: [text], reference: label")
    for source in (
        "{kind: parquet, path: a}",
        "{kind: xlsx, path: a, sheet: Sheet 2}",
        '{kind: postgres, dsn: "env:DSN", table: public.rows}',
        '{kind: postgres, dsn: "file:dsn", query: select 1}',
    ):
        spec.parse(text.replace("{kind: jsonl, path: rows.jsonl}", source))
    scorers = "[exact, contains, {regex: a+}, {numeric: {tolerance: 0.5}}, numeric, {json_fields: [a, b]}, token_f1]"
    plan = spec.to_plan(spec.parse(f"{text}scorers: {scorers}\n"), "r")
    assert [(scorer.name, scorer.kind) for scorer in plan.scorers] == [
        ("exact", "exact"),
        ("contains", "contains"),
        ("regex", "regex"),
        ("numeric", "numeric"),
        ("numeric_2", "numeric"),
        ("json_fields", "json_fields"),
        ("token_f1", "token_f1"),
    ]
    assert (plan.scorers[2].pattern, plan.scorers[3].tolerance, plan.scorers[5].fields) == (
        "a+",
        0.5,
        ("a", "b"),
    )


def test_a_second_scorer_of_a_kind_is_a_metric_of_its_own():
    text = EXAMPLE.replace("[exact]", "[{regex: a}, {regex: b}]").replace("metric: exact", "metric: regex_2")
    assert spec.to_plan(spec.parse(text), "r").scorers[1].name == "regex_2"


def test_a_plan_is_the_contracts_own_and_travels():
    plan = spec.to_plan(spec.parse(EXAMPLE), "run-1")
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert plan.digest() == spec.to_plan(spec.parse(EXAMPLE), "run-1").digest()
    assert plan.digest() != spec.to_plan(spec.parse(EXAMPLE), "run-2").digest()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs())
def test_what_is_written_reads_back_the_same(written):
    assert spec.parse(spec.dump(written)) == written
    assert spec.from_data(spec.to_data(written)) == written
    assert Plan.model_validate_json(spec.to_plan(written, "r").model_dump_json()) == spec.to_plan(
        written, "r"
    )


@pytest.mark.parametrize(
    "text", ["a\x85b", "\u2028", "a\n\u2029", "\ufeffa", "a \n b", "\n a", "a\r\nb", "yes", "1e3", "*a"]
)
def test_texts_that_yaml_would_bend_read_back_the_same(text):
    written = spec.from_data({**spec.to_data(spec.parse(EXAMPLE)), "prompt": text + "."})
    assert spec.parse(spec.dump(written)).prompt == text + "."


def test_a_written_spec_is_made_for_people():
    text = spec.dump(spec.parse(EXAMPLE))
    assert "prompt: |\n  Which intent" in text
    assert text.startswith(
        "client: Northwind Bank\nengagement: support-triage\ndataset:\n  source:\n    kind: csv\n"
    )
    assert "privacy" not in text, "what is left at its default is left out"


def test_stored_data_spells_out_the_defaults_of_its_day():
    data = spec.to_data(spec.parse(LEAST))
    assert data["limits"] == Limits().model_dump()
    assert data["privacy"] == "scores"


def test_paths_are_relative_to_the_spec(tmp_path):
    text = EXAMPLE.replace(
        '"env:LLM_KEY"', '"file:secrets/key", ca: ca.pem, headers: {X-Key: "file:/abs", X-Team: a}'
    )
    (tmp_path / "spec.yml").write_text(text)
    read = spec.load(tmp_path / "spec.yml")
    called = read.targets[0]
    assert read.dataset.source.path == f"{tmp_path}/data/messages.csv"
    assert (called.api_key, called.ca) == (f"file:{tmp_path}/secrets/key", f"{tmp_path}/ca.pem")
    assert called.headers == {"X-Key": "file:/abs", "X-Team": "a"}
    assert read.targets[3].train.path == f"{tmp_path}/data/train.csv"
    assert read.targets[1].api_key == "env:ANTHROPIC_API_KEY"
    assert spec.anchored(read, tmp_path / "elsewhere") == read, "what is absolute stays"


def test_a_relative_specs_paths_are_absolute_too(tmp_path, monkeypatch):
    (tmp_path / "spec.yml").write_text("\ufeff" + LEAST)
    monkeypatch.chdir(tmp_path)
    assert spec.load(type(tmp_path)("spec.yml")).dataset.source.path == f"{tmp_path}/rows.jsonl"


def test_a_database_reference_is_anchored_like_any_other(tmp_path):
    text = LEAST.replace("{kind: jsonl, path: rows.jsonl}", '{kind: postgres, dsn: "file:dsn", table: t}')
    assert spec.anchored(spec.parse(text), tmp_path).dataset.source.dsn == f"file:{tmp_path}/dsn"


def test_dates_and_signs_are_text():
    read = spec.parse(LEAST.replace("client: A", "client: 2024-01-01").replace("column: answer", "column: ="))
    assert (read.client, read.targets[0].column) == ("2024-01-01", "=")


def test_the_reference_has_a_row_for_every_key():
    table = spec.reference()
    rows = [line.split("`")[1] for line in table.splitlines()[2:]]
    assert rows == list(dict.fromkeys(rows))
    assert set(rows) == set(MEANINGS)
    assert "| `limits.timeout` | seconds for one attempt; 1 to 600 | `60.0` |" in table
    for prefix, model in (("", models.PilotSpec), ("dataset.", models.Dataset), ("limits.", models.Limits)):
        assert {prefix + name for name in model.model_fields} <= set(rows)


@pytest.mark.parametrize("place", models.PLACES)
def test_every_place_of_a_spec_is_strict(place):
    assert models.PLACES[place].model_config["extra"] == "forbid"
    assert models.PLACES[place].model_config["frozen"]


def test_an_alias_stands_for_what_it_names():
    text = """
client: a
engagement: b
dataset: {source: {kind: csv, path: a.csv}, input: [x], reference: y}
targets:
  - {name: m, kind: baseline, method: majority, train: &train {kind: csv, path: b.csv}}
  - {name: n, kind: baseline, method: nearest, train: *train}
"""
    majority, nearest = spec.parse(text).targets
    assert majority.train == nearest.train
