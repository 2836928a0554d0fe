"""A spec as YAML for people, and as the frozen plan that a site executes."""

from typing import Any

import yaml
from pydantic import BaseModel

from apps.dataplane.contract.plan import Plan

from .checks import scorer_names
from .models import PilotSpec


def dump(spec: PilotSpec) -> str:
    """The spec as YAML without what is left at its default; `parse` gives back an equal spec."""
    return yaml.dump(_told(spec), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def to_plan(spec: PilotSpec, run_id: str) -> Plan:
    """The frozen plan of run `run_id`; scorers are named kind, kind_2, kind_3 …"""
    told = spec.model_dump(mode="json", exclude={"client", "engagement", "criteria", "scorers"})
    scorers = [_scorer(form) for form in spec.model_dump(mode="json")["scorers"]]
    names = scorer_names([scorer["kind"] for scorer in scorers])
    named = [{"name": name, **scorer} for name, scorer in zip(names, scorers, strict=True)]
    return Plan.model_validate({"run": run_id, **told, "scorers": named})


def _scorer(form: str | dict[str, Any]) -> dict[str, Any]:
    """The contract's fields of a scorer as it is written."""
    if isinstance(form, str):
        return {"kind": form}
    ((kind, value),) = form.items()
    if kind == "numeric":
        return {"kind": kind, **value}
    return {"kind": kind, "pattern" if kind == "regex" else "fields": value}


def _told(value: Any) -> Any:
    """Plain data of what differs from its default; the kind of a union's member always does."""
    if isinstance(value, tuple):
        return [_told(item) for item in value]
    if not isinstance(value, BaseModel):
        return getattr(value, "value", value)
    return {
        name: _told(getattr(value, name))
        for name, field in sorted(type(value).model_fields.items(), key=lambda item: item[0] != "kind")
        if name == "kind" or field.is_required() or field.default != getattr(value, name)
    }


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand in a block, as people write them."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if any(sign in text for sign in "\x85\u2028\u2029"):  # line breaks to YAML, and read back as others
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
