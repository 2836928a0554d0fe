"""How values of one sort are written and read: text, numbers, days, times, lists, JSON."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ..rules import tables

_WHOLE = re.compile(r"-?\d{1,19}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
_SURROGATE = re.compile("[\0\ud800-\udfff]")


class Wrong(ValueError):
    """What a value has to be, behind "This has to be"."""


@dataclass(frozen=True)
class Sort:
    """How values of one sort are written and read. out: from the database; into: back, raises Wrong; cell, heard: the
    plain value in a table, and back, raises ValueError."""

    out: Callable[[Any], Any]
    into: Callable[[Any], Any]
    cell: Callable[[Any], str]
    heard: Callable[[str], Any]


def _text_in(value: Any) -> str:
    if not isinstance(value, str) or not _is_kept(value):
        raise Wrong("a text")
    return value


def _is_kept(text: str) -> bool:
    """Whether a text can be kept; nearly all need but a glance."""
    return "\0" not in text if text.isascii() else _SURROGATE.search(text) is None


def _whole_in(value: Any) -> int:
    if type(value) is not int:
        raise Wrong("a whole number")
    return value


def _number_in(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("a number")
    try:
        return tables.finite(value)
    except (OverflowError, ValueError):
        raise Wrong("a number that can be kept") from None


def _decimal_in(value: Any) -> Decimal:
    try:
        found = Decimal(_text_in(value))
    except InvalidOperation:
        raise Wrong("a number in quotes") from None
    if not found.is_finite():
        raise Wrong("a number in quotes")
    return found


def _flag_in(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("true or false")
    return value


def _day_in(value: Any) -> date:
    try:
        found = date.fromisoformat(_text_in(value))
    except ValueError:
        raise Wrong("a day such as 2026-11-21") from None
    if found.isoformat() != value:
        raise Wrong("a day such as 2026-11-21")
    return found


def moment_out(value: datetime) -> str:
    """A time as a pack says it: UTC, with microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment_in(value: Any) -> datetime:
    try:
        return datetime.strptime(_text_in(value), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        raise Wrong("a time such as 2026-11-21T10:30:00.000000Z") from None


def _list_in(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Wrong("a list")
    return value


def _json_in(value: Any) -> Any:
    if _deep_surrogate(value):
        raise Wrong("text that can be kept")
    return value


def _deep_surrogate(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_deep_surrogate(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(_deep_surrogate(each) for each in value)
    return isinstance(value, str) and not _is_kept(value)


def _same(value: Any) -> Any:
    return value


def _flag_heard(cell: str) -> bool:
    return {"true": True, "false": False}[cell] if cell in {"true", "false"} else _refuse(cell)


def _whole_heard(cell: str) -> int:
    return int(cell) if _WHOLE.fullmatch(cell) else _refuse(cell)


def _number_heard(cell: str) -> float:
    return tables.finite(cell) if _NUMBER.fullmatch(cell) else _refuse(cell)


def _refuse(cell: str) -> Any:
    raise ValueError(cell)


TEXT = Sort(_same, _text_in, tables.said, tables.heard)
WHOLE = Sort(_same, _whole_in, str, _whole_heard)
NUMBER = Sort(float, _number_in, repr, _number_heard)
DECIMAL = Sort(str, _decimal_in, str, _same)
FLAG = Sort(_same, _flag_in, lambda value: "true" if value else "false", _flag_heard)
DAY = Sort(date.isoformat, _day_in, _same, _same)
MOMENT = Sort(moment_out, _moment_in, _same, _same)
LIST = Sort(list, _list_in, tables.json_said, tables.json_heard)
JSON = Sort(_same, _json_in, tables.json_said, tables.json_heard)
_SORTS: tuple[tuple[type[Any], Sort], ...] = (
    (models.CharField, TEXT),
    (models.TextField, TEXT),
    (models.IntegerField, WHOLE),
    (models.FloatField, NUMBER),
    (models.DecimalField, DECIMAL),
    (models.BooleanField, FLAG),
    (models.DateTimeField, MOMENT),
    (models.DateField, DAY),
    (ArrayField, LIST),
    (models.JSONField, JSON),
)


def sort_of(field: Any) -> Sort:
    """Of a field of a model. Raises TypeError for one of which nobody has said how it is written."""
    for kind, sort in _SORTS:
        if isinstance(field, kind):
            return sort
    raise TypeError(f"{field}: nobody has said how a pack writes this.")
