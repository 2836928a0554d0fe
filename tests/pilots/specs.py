"""Specs for the tests: the issue's example as a text, and any spec at all."""

from hypothesis import strategies as st

from apps.pilots.spec import PilotSpec, from_data

EXAMPLE = """\
client: Northwind Bank                 # made if absent, like the engagement
engagement: support-triage
dataset:
  source: {kind: csv, path: data/messages.csv}
  key: null                            # a column
  input: [text]                        # the columns that the prompt may use
  reference: category
  slices: [channel]
  sample: {size: 500, seed: 7}         # same rows on every engine
system: You label bank messages.       # optional
prompt: |                              # required for model targets
  Which intent is this message? Answer with the label only.
  {{ text }}
targets:
  - {name: local-llm, kind: openai, base_url: "http://127.0.0.1:8080/v1", model: qwen, api_key: "env:LLM_KEY",
     params: {temperature: 0, max_tokens: 16}, price: {input: 0.10, output: 0.40}}   # USD per million tokens
  - {name: claude, kind: anthropic, model: claude-x, api_key: "env:ANTHROPIC_API_KEY"}
  - {name: yesterday, kind: recorded, column: old_answer}          # outputs already in the data
  - {name: majority, kind: baseline, method: majority, train: {kind: csv, path: data/train.csv}}
  - {name: nearest, kind: baseline, method: nearest, train: {kind: csv, path: data/train.csv}}
scorers: [exact]
criteria:
  - {target: local-llm, metric: exact, at_least: 0.85}
  - {target: local-llm, metric: latency_p95_ms, at_most: 2000}
privacy: scores
cache: resume
limits: {concurrency: 32, rpm: 600, tpm: 100000, cost: 5.00, minutes: 60, retries: 4, max_errors: 0.01}
"""

LEAST = """\
client: A
engagement: B
dataset: {source: {kind: jsonl, path: rows.jsonl}, input: [text]}
targets: [{name: old, kind: recorded, column: answer}]
"""

_letters = st.characters(codec="utf-8", exclude_characters="\0")
_texts = st.text(_letters, min_size=1, max_size=30).filter(str.strip)
_columns = st.text(_letters, min_size=1, max_size=12)
_plain = st.text(_letters, max_size=30).filter(lambda text: "{{" not in text)
_prompts = (
    st.lists(st.one_of(_plain, st.just("\n"), st.just(" \n  x")), min_size=1).map("".join).filter(str.strip)
)
_names = st.from_regex(r"[A-Za-zé0-9_:#'-]{1,20}", fullmatch=True)
_references = st.sampled_from(
    ["env:KEY", "secret:llm-key", "file:secrets/key", "file:/run/my key", "env:_X1"]
)
_files = st.builds(
    lambda kind, path: {"kind": kind, "path": path}, st.sampled_from(["csv", "jsonl", "parquet"]), _texts
)
_sheets = st.builds(
    lambda path, sheet: {"kind": "xlsx", "path": path, "sheet": sheet}, _texts, st.none() | _texts
)
_tables = st.builds(
    lambda dsn, key, text: {"kind": "postgres", "dsn": dsn, key: text},
    _references,
    st.sampled_from(["table", "query"]),
    _texts,
)
_sources = st.one_of(_files, _sheets, _tables)
_amounts = st.floats(0, 1e6) | st.integers(0, 1000)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(_letters),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(_letters, max_size=9), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
_scorers = st.lists(
    st.one_of(
        st.sampled_from(["exact", "contains", "numeric", "token_f1"]),
        st.sampled_from(["a+", r"^\d{3}\b", "yes|no"]).map(lambda text: {"regex": text}),
        _amounts.map(lambda amount: {"numeric": {"tolerance": amount}}),
        st.lists(_columns, min_size=1, max_size=3).map(lambda fields: {"json_fields": fields}),
    ),
    max_size=5,
)


_conditions = st.one_of(
    st.fixed_dictionaries({"column": _columns, "operator": st.sampled_from(["filled", "empty"])}),
    st.fixed_dictionaries(
        {
            "column": _columns,
            "operator": st.sampled_from(["is", "is_not", "contains"]),
            "values": st.lists(_texts | st.integers(-(2**60), 2**60), min_size=1, max_size=3),
        }
    ),
    st.fixed_dictionaries(
        {
            "column": _columns,
            "operator": st.sampled_from(["at_least", "at_most"]),
            "values": st.lists(_amounts, min_size=1, max_size=1),
        }
    ),
)


@st.composite
def _targets(draw, name):
    kind = draw(st.sampled_from(["openai", "anthropic", "recorded", "baseline"]))
    if kind == "recorded":
        return {"kind": kind, "name": name, "column": draw(_columns)}
    if kind == "baseline":
        method = draw(st.sampled_from(["majority", "nearest"]))
        return {"kind": kind, "name": name, "method": method, "train": draw(_sources)}
    optional = {
        "base_url": st.just("https://host:8080/v1?api-version=1"),
        "api_key": _references,
        "params": st.dictionaries(st.text(_letters, min_size=1, max_size=9), _json, max_size=3),
        "price": st.fixed_dictionaries({}, optional={"input": _amounts, "output": _amounts}),
        "headers": st.just({"X-Team": "pilot", "Authorization": "env:TOKEN"}),
        "ca": _texts,
        "proxy": st.just("http://proxy:3128"),
        "system": _prompts,
        "prompt": _prompts,
    }
    if kind == "openai":
        optional.pop("base_url")
    told = draw(st.fixed_dictionaries({"model": _texts}, optional=optional))
    return {"kind": kind, "name": name, "base_url": "http://127.0.0.1:1/v1", **told}


@st.composite
def specs(draw) -> PilotSpec:
    """Any spec that may be written."""
    dataset = draw(
        st.fixed_dictionaries(
            {
                "source": _sources,
                "input": st.lists(_columns, min_size=1, max_size=3, unique=True),
                "reference": _columns,
                "slices": st.lists(_columns, max_size=2, unique=True),
            },
            optional={
                "key": st.none() | _columns,
                "sample": st.just({"size": 5}) | st.just({"size": 9, "seed": 3}),
                "filter": st.lists(_conditions, max_size=2),
            },
        )
    )
    names = draw(st.lists(_names, min_size=1, max_size=3, unique=True))
    targets = [draw(_targets(name)) for name in names]
    optional = {
        "system": _prompts,
        "scorers": _scorers,
        "privacy": st.sampled_from(["aggregate", "scores", "redacted", "full"]),
        "cache": st.sampled_from(["resume", "reuse", "off"]),
        "limits": st.fixed_dictionaries(
            {}, optional={"cost": _amounts, "rpm": st.integers(1, 9), "retries": st.just(0)}
        ),
        "criteria": st.lists(
            st.builds(
                lambda target, key, threshold: {"target": target, "metric": "error_rate", key: threshold},
                st.sampled_from(names),
                st.sampled_from(["at_least", "at_most"]),
                st.floats(0, 1),
            ),
            max_size=3,
            unique_by=repr,
        ),
    }
    told = draw(st.fixed_dictionaries({"prompt": _prompts}, optional=optional))
    return from_data(
        {"client": draw(_names), "engagement": draw(_names), "dataset": dataset, "targets": targets, **told}
    )
