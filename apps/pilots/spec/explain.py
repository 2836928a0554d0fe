"""pydantic's errors in the spec's own words, at the place in the text that they are about."""

import re
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .document import Document
from .errors import Path, SpecError, nearest
from .models import PLACES

SCORERS = ("exact", "contains", "regex", "numeric", "json_fields", "token_f1")
_EXPECTED = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "tuple_type": "expected a list",
    "dict_type": "expected a mapping (key: value)",
    "model_type": "expected a mapping (key: value)",
    "model_attributes_type": "expected a mapping (key: value)",
}
_NAMES = {
    type(None): "nothing",
    bool: "a truth value (true or false)",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a mapping",
}
_BOUND = {
    "greater_than_equal": ("ge", "must be at least {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "less_than": ("lt", "must be less than {}"),
}


def explain(error: ValidationError, document: Document) -> list[SpecError]:
    """One SpecError for each error that is not the consequence of another."""
    found = []
    for detail in error.errors(include_url=False):
        path, value = _locate(detail, document.data)
        follows = detail["type"] == "default_factory_not_called" or (detail["type"] == "too_short" and value)
        if not follows and path not in document.broken:
            found.append(_explained(detail, path, value, document))
    return found


def _locate(detail: ErrorDetails, data: Any) -> tuple[Path, Any]:
    """The path in the data and its value; pydantic also names union members, which data does not have."""
    path: Path = ()
    for part in detail["loc"]:
        if _has(data, part):
            path, data = (*path, part), data[part]
    return ((*path, detail["loc"][-1]), None) if detail["type"] == "missing" else (path, data)


def _has(data: Any, part: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _explained(detail: ErrorDetails, path: Path, value: Any, document: Document) -> SpecError:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(detail["loc"], path, document)
    if kind == "missing":
        return document.error(path, "is required")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_member(detail, path, value, document)
    if kind in ("literal_error", "enum"):
        valid = re.findall(r"'([^']+)'", context["expected"])
        return document.error(path, f"unknown {path[-1]} {_quoted(value)}", nearest(str(value), valid))
    if kind in _EXPECTED:
        return document.error(path, f"{_EXPECTED[kind]}, found {describe(value)}", _advice(kind, value))
    if kind in _BOUND:
        bound, words = _BOUND[kind]
        return document.error(path, words.format(f"{context[bound]:,g}"))
    if kind in ("too_short", "string_too_short"):
        return document.error(path, "must not be empty")
    if kind == "spec":
        return document.error(path, context["message"], context["hint"])
    return document.error(path, detail["msg"])


def _unknown_key(loc: tuple[int | str, ...], path: Path, document: Document) -> SpecError:
    around = next((part for part in reversed(loc[:-1]) if isinstance(part, str)), "")
    return document.error(
        path, f"unknown key '{path[-1]}'", nearest(str(path[-1]), PLACES[around].model_fields), at_key=True
    )


def _unknown_member(detail: ErrorDetails, path: Path, value: Any, document: Document) -> SpecError:
    if "scorer" in str(path[0]):
        named = next(iter(value), "") if isinstance(value, dict) else value
        if named in ("regex", "json_fields"):
            return document.error(path, f"{named} needs its value", f"write {{{named}: …}}")
        if not isinstance(named, str):
            return document.error(path, f"expected a scorer, found {describe(value)}", nearest("", SCORERS))
        if named in SCORERS:
            return document.error(path, f"{named} takes no value", f"write {named} alone")
        return document.error(path, f"unknown scorer '{named}'", nearest(named, SCORERS))
    kinds = _kinds(path)
    if isinstance(value, dict) and "kind" in value:
        kind = value["kind"]
        return document.error((*path, "kind"), f"unknown kind {_quoted(kind)}", nearest(str(kind), kinds))
    if isinstance(value, dict):
        return document.error((*path, "kind"), "is required", nearest("", kinds))
    return document.error(path, f"expected a mapping (key: value), found {describe(value)}")


def _kinds(path: Path) -> tuple[str, ...]:
    if path[-1] in ("source", "train"):
        return ("csv", "jsonl", "parquet", "xlsx", "postgres")
    return ("openai", "anthropic", "recorded", "baseline")


def _quoted(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else describe(value)


def describe(value: Any) -> str:
    """What kind of thing `value` is, without saying the value."""
    return _NAMES[type(value)]


def _advice(kind: str, value: Any) -> str:
    if kind == "tuple_type" and isinstance(value, str):
        return f"write [{value}]"
    if kind == "tuple_type" and value is None:
        return "write [] or leave the key out"
    if kind == "string_type" and isinstance(value, int | float | bool):
        return "put it in quotes"
    if kind in ("int_type", "float_type") and isinstance(value, str):
        try:
            return f"write {float(value):g}"
        except ValueError:
            return ""
    return ""
