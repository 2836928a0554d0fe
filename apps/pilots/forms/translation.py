"""Between an evaluation's spec and the rows of its form, both ways, and from an error's path to a row's field."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from apps.catalog.models import Endpoint
from apps.connectors.models import Source

from ..spec.models import Target
from .rows import BASELINES, NO_MODEL, RECORDED, CriterionRow, ScorerRow, TargetRow

CALLED, NOT_CALLED = "kept", "fixed"  # prefixes of what another version says as it stands
_TARGET: TypeAdapter[Any] = TypeAdapter(Target)
_ROW = re.compile(r"(targets|scorers|criteria)\[(\d+)\](?:\.(\w+))?")
_FIELDS = {
    "targets": {"kind": "what", "method": "what"},
    "scorers": {"numeric": "setting", "regex": "setting", "json_fields": "setting"},
    "criteria": {"at_least": "threshold", "at_most": "threshold"},
}
_REST = {"targets": "what", "scorers": "kind", "criteria": "threshold"}
_ROWS: dict[str, Any] = {"targets": TargetRow, "scorers": ScorerRow, "criteria": CriterionRow}


@dataclass
class Known:
    """What a form's rows may choose from. kept: the targets of the version that is being changed."""

    endpoints: Mapping[str, Endpoint]
    sources: Mapping[str, Source]
    kept: list[dict[str, Any]] = field(default_factory=list)

    def what_choices(self) -> list[Any]:
        """Of a target's `what`, in groups."""
        endpoints = [
            (f"endpoint:{pk}", f"{endpoint.name} ({endpoint.model})")
            for pk, endpoint in self.endpoints.items()
        ]
        kept = [
            (_kept(n, target), f"As it stands: {_in_words(target)}") for n, target in enumerate(self.kept)
        ]
        groups = [("Endpoints", endpoints), ("Without a model", NO_MODEL), ("From this evaluation", kept)]
        return [("", "Choose…"), *[group for group in groups if group[1]]]

    def train_choices(self) -> list[Any]:
        return [("", "Choose…"), *((pk, str(source)) for pk, source in self.sources.items())]


def target_of(row: TargetRow, known: Known) -> dict[str, Any]:
    """The target that a filled-in row says, as the spec writes it."""
    said = row.cleaned_data
    what, name = said.get("what", ""), said.get("name", "")
    kind, _, which = what.partition(":")
    if kind == "endpoint":
        chosen = known.endpoints[which].as_target()
        called = row.called()
        return {
            **chosen,
            **called,
            "name": name,
            "params": {**chosen.get("params", {}), **called["params"]},
        }
    if kind == CALLED:
        return {**known.kept[int(which)], **row.called(), "name": name}
    if kind == NOT_CALLED:
        return {**known.kept[int(which)], "name": name}
    if kind == RECORDED:
        return {"kind": "recorded", "name": name, "column": said.get("column", "")}
    if kind in BASELINES:
        source = known.sources.get(said.get("train", ""))
        return {"kind": "baseline", "name": name, "method": kind, "train": source.address if source else None}
    return {"name": name}


def target_row(target: dict[str, Any], position: int, known: Known) -> dict[str, Any]:
    """What a row shows of a target in a stored spec; itself, as it stands, where no choice says the same."""
    row = {"name": target["name"], "what": _kept(position, target)}
    if target["kind"] == "recorded":
        return {**row, "what": RECORDED, "column": target["column"]}
    if target["kind"] == "baseline":
        train = next((pk for pk, source in known.sources.items() if source.address == target["train"]), None)
        return {**row, "what": target["method"], "train": train} if train else row
    params = dict(target["params"])
    for key in ("temperature", "max_tokens"):
        if type(params.get(key)) in (int, float):
            row[key] = plain(params.pop(key))
    row |= {
        "params": json.dumps(params) if params else "",
        "prompt": target["prompt"],
        "system": target["system"],
    }
    for pk, endpoint in known.endpoints.items():
        if _says_the_same(endpoint, target):
            row["what"] = f"endpoint:{pk}"
            break
    return row


def plain(value: float | None) -> str:
    """A number as a person would type it; reading it gives the same number back."""
    if value is None:
        return ""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return json.dumps(int(value) if whole else value)


def scorer_row(scorer: str | dict[str, Any]) -> dict[str, str]:
    """What a row shows of a scorer as the spec writes it."""
    if isinstance(scorer, str):
        return {"kind": scorer}
    ((kind, value),) = scorer.items()
    if kind == "numeric":
        return {"kind": kind, "setting": plain(value["tolerance"])}
    if kind == "regex":
        return {"kind": kind, "setting": value}
    simple = all(name == name.strip() and "," not in name and name[:1] != "[" for name in value)
    return {"kind": kind, "setting": ", ".join(value) if simple else json.dumps(value)}


def criterion_row(criterion: dict[str, Any]) -> dict[str, Any]:
    """What a row shows of a criterion as the spec writes it."""
    if named := criterion.get("criterion"):
        return {"target": criterion["target"], "criterion": named}
    direction = "at_most" if criterion["at_least"] is None else "at_least"
    shown = {key: criterion[key] for key in ("target", "metric")}
    return {**shown, "direction": direction, "threshold": plain(criterion[direction])}


def place_of(path: str) -> tuple[str, int, str]:
    """(part, position, field) of the form that an error's path is about; part "" is the main form."""
    if found := _ROW.match(path):
        part, position, name = found[1], int(found[2]), found[3] or ""
        fields = _ROWS[part].base_fields
        named = _FIELDS[part].get(name, name)
        return part, position, named if named in fields else _REST[part]
    top, _, below = path.partition(".")
    return "", 0, f"limits_{below}" if top == "limits" else top


def _says_the_same(endpoint: Endpoint, target: dict[str, Any]) -> bool:
    """Whether choosing the endpoint, with what the row shows besides, gives this target again."""
    chosen = endpoint.as_target()
    own = {key: target[key] for key in ("name", "prompt", "system")}
    said = {**chosen, **own, "params": {**chosen.get("params", {}), **target["params"]}}
    try:
        made: dict[str, Any] = _TARGET.validate_python(said).model_dump(mode="json")
    except ValidationError:
        return False
    return made == target


def _in_words(target: dict[str, Any]) -> str:
    if "model" in target:
        return f"{target['model']} at {target['base_url']}"
    if target["kind"] == "recorded":
        return f"answers in column {target['column']}"
    source = target["train"]
    return f"baseline {target['method']} on {source.get('path') or source.get('table') or source['kind']}"


def _kept(position: int, target: dict[str, Any]) -> str:
    return f"{CALLED if 'model' in target else NOT_CALLED}:{position}"


def rows_filled(rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if not row.is_blank()]
