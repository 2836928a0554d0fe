"""json_fields: the share of the named fields whose value in the answer's JSON is that of the reference's.

An answer may stand in a ```json fence. A field that the reference lacks is never right.
"""

import json
from typing import Any, NoReturn

from ..contract.plan import Scorer
from .shape import Score

_FENCE = "```"


def build(scorer: Scorer) -> Score:
    fields = scorer.fields

    def score(answer: str, reference: str) -> float | None:
        said = parse(answer)
        if said is None:
            return None
        meant = parse(reference)
        if meant is None or not fields:
            return 0.0
        return sum(_equal(said, meant, field) for field in fields) / len(fields)

    return score


def parse(text: str) -> dict[str, Any] | None:
    """The JSON object that `text` is, or that stands in its first fence; else None."""
    found = _load(text)
    if found is None and _FENCE in text:
        inside = text.split(_FENCE, 2)[1]
        found = _load(inside.removeprefix("json").removeprefix("JSON"))
    return found


def _load(text: str) -> dict[str, Any] | None:
    try:
        # integers as text of any length: Python refuses to convert very long ones
        found = json.loads(text, parse_int=_integer, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 4000 else float(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _equal(said: dict[str, Any], meant: dict[str, Any], field: str) -> bool:
    try:
        return field in said and field in meant and _same(said[field], meant[field])
    except RecursionError:
        return False


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
