"""One text for one value, whichever engine it came from."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

MAY_DIFFER = frozenset("+-.0123456789tTfF")  # first characters of texts that engines spell differently
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)?\Z")
_LONGEST = 60  # characters of a text that may still be a number or a time


def text_of(value: Any) -> str | None:
    """Canonical text of a decoded value: 3, 3.0, true, ISO dates, compact JSON for what is nested; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=text_of)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


def printable(text: str) -> str:
    """`text` with lone surrogates, which no encoding can carry, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def identity(text: str | None) -> str:
    """The text by which rows are recognised across engines: 3.0 is 3, TRUE is true, midnight a date, NULL empty.

    Only ever hashed: what a prompt or a scorer sees is the value's own text.
    """
    if not text or text[0] not in MAY_DIFFER or len(text) > _LONGEST:
        return text or ""
    if text.isdigit():
        return text
    if text[0] in "tTfF":
        lowered = text.lower()
        return lowered if lowered in ("true", "false") else text
    whole, _, fraction = text.partition(".")
    if whole.isdigit() and fraction.isdigit():  # what the general rule below does, quicker
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}" if fraction else whole
    if _NUMBER.match(text):
        return _number(text)
    if found := _TIME.match(text):
        return _time(*found.groups())
    return text


def _number(text: str) -> str:
    try:
        plain = format(Decimal(text), "f")
    except InvalidOperation:
        return text
    shortest = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if shortest == "-0" else shortest


def _time(day: str, clock: str, fraction: str | None, zone: str | None) -> str:
    clock = clock if len(clock) == 8 else f"{clock}:00"
    fraction = (fraction or "").rstrip("0")
    if not zone and not fraction and clock == "00:00:00":
        return day
    if zone in ("Z", "+00", "+00:00", "+0000", "-00", "-00:00"):
        zone = "+00:00"
    return f"{day} {clock}{'.' + fraction if fraction else ''}{zone or ''}"
