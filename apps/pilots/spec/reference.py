"""The table of everything that a spec may say, made from the models; the README carries a copy."""

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from . import models
from .models import Limits

# A place in the spec and the models that may stand there, by their kind where there are several.
_PLACES: dict[str, dict[str, type[BaseModel]]] = {
    "": {"": models.PilotSpec},
    "dataset.": {"": models.Dataset},
    "dataset.source.": {
        kind: models.PLACES[kind] for kind in ("csv", "jsonl", "parquet", "xlsx", "postgres")
    },
    "dataset.sample.": {"": models.Sample},
    "dataset.filter[].": {"": models.Condition},
    "targets[].": {kind: models.PLACES[kind] for kind in ("openai", "anthropic", "recorded", "baseline")},
    "targets[].price.": {"": models.Price},
    "criteria[].": {"": models.Criterion},
    "limits.": {"": Limits},
}
MEANINGS: dict[str, str] = {
    "client": "the client's name; made if absent",
    "engagement": "the engagement's name at that client; made if absent",
    "dataset": "which rows, and what their columns are for",
    "system": "the system prompt; may hold `{{ field }}`",
    "prompt": "what a model is asked, with `{{ field }}` for each input column; required for model targets",
    "targets": "what is compared: at least one",
    "scorers": "`exact`, `contains`, `{regex: p}`, `{numeric: {tolerance: 0}}`, `{json_fields: [a]}`, `token_f1`",
    "criteria": "what decides",
    "privacy": "how much may leave the site: `aggregate`, `scores`, `redacted` or `full`",
    "cache": "answers paid for before: `resume` (within one run), `reuse` (of other runs too) or `off`",
    "limits": "where a run stops or slows down",
    "dataset.source": "where the rows live",
    "dataset.key": "the column that identifies a row; without it a keyed hash of the row does",
    "dataset.input": "the columns that prompts may use",
    "dataset.reference": "the column with the right answer",
    "dataset.slices": "columns by whose values the results are also shown",
    "dataset.sample": "draw so many rows, the same ones on every engine; without it all rows",
    "dataset.filter": "only rows that satisfy all of these conditions; a sample is drawn from them",
    "dataset.filter[].column": "any column of the source",
    "dataset.filter[].operator": "`is`, `is_not`, `contains`, `at_least`, `at_most`, `filled` or `empty`",
    "dataset.filter[].values": "what to compare with: any of them, for `is_not` none of them; one number for "
    "`at_least` and `at_most`; nothing for `filled` and `empty`",
    "dataset.source.kind": "the format",
    "dataset.source.path": "the file, relative to the spec",
    "dataset.source.sheet": "the sheet's name; without it the first sheet",
    "dataset.source.dsn": "the connection, as `secret:NAME`, `env:NAME` or `file:path`",
    "dataset.source.table": "the table; either this or `query`",
    "dataset.source.query": "one SELECT; either this or `table`",
    "dataset.sample.size": "rows",
    "dataset.sample.seed": "another number draws other rows",
    "targets[].kind": "what it is",
    "targets[].name": "what it is called, once per spec",
    "targets[].base_url": "the address of the API, such as `https://host/v1`",
    "targets[].model": "the model's name at the endpoint",
    "targets[].api_key": "`secret:NAME`, `env:NAME` or `file:path` at the site, never the key itself",
    "targets[].params": "parameters of the API, such as `{temperature: 0, max_tokens: 16}`",
    "targets[].price": "without it calls count as free, and the result says so",
    "targets[].headers": "more headers; a credential is written as `secret:NAME`, `env:NAME` or `file:path`",
    "targets[].ca": "a PEM file with the authority to trust, relative to the spec",
    "targets[].proxy": "the address of a proxy",
    "targets[].system": "instead of the one at the top",
    "targets[].prompt": "instead of the one at the top",
    "targets[].column": "the column that holds the recorded answers",
    "targets[].method": "`majority` (the most frequent label) or `nearest` (the label of the nearest text)",
    "targets[].train": "a source as in `dataset.source`, with the same input and reference columns",
    "targets[].price.input": "USD per million input tokens",
    "targets[].price.output": "USD per million output tokens",
    "criteria[].target": "the name of a target",
    "criteria[].criterion": "the reference of a success criterion of the engagement, such as `C-2`; it says what "
    "decides, instead of a metric and a threshold",
    "criteria[].metric": "a scorer (`exact`, a second one `exact_2`), `latency_p50_ms`, `latency_p95_ms`, "
    "`cost_per_1000` or `error_rate`",
    "criteria[].at_least": "the threshold, in the metric's unit; either this or `at_most`",
    "criteria[].at_most": "the threshold, in the metric's unit; either this or `at_least`",
    "limits.concurrency": "calls in flight per endpoint",
    "limits.rpm": "requests a minute per endpoint",
    "limits.tpm": "tokens a minute per endpoint",
    "limits.cost": "USD for the run; 0 runs free targets only",
    "limits.minutes": "minutes for the run",
    "limits.retries": "further attempts after a failed call",
    "limits.max_errors": "share of a target's samples that may end in an error before it is undecided",
    "limits.timeout": "seconds for one attempt",
}
_DEFAULTS = {"scorers": "`[exact]` with a reference, else none", "limits": "see below"}


def reference() -> str:
    """Markdown: one row for each key, with its meaning and default."""
    return "\n".join(["| key | meaning | default |", "| --- | --- | --- |", *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    for place, kinds in _PLACES.items():
        for name in dict.fromkeys(name for model in kinds.values() for name in model.model_fields):
            holders = {kind: model for kind, model in kinds.items() if name in model.model_fields}
            only = f" ({', '.join(holders)})" if len(holders) < len(kinds) else ""
            bounds = "; {:,} to {:,}".format(*Limits.RANGES[name]) if place == "limits." else ""
            yield f"| `{place}{name}`{only} | {MEANINGS[place + name]}{bounds} | {_default(place, name, holders)} |"


def _default(place: str, name: str, holders: dict[str, type[BaseModel]]) -> str:
    if name == "kind":
        return f"required: {', '.join(f'`{kind}`' for kind in holders)}"
    if place + name in _DEFAULTS:
        return _DEFAULTS[place + name]
    told = {kind: _told(model.model_fields[name]) for kind, model in holders.items()}
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return "; ".join(f"{kind}: {text}" for kind, text in told.items())


def _told(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{field.default}`" if field.default not in (None, (), {}) else "none"
