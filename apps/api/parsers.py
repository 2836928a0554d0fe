"""Bodies are JSON objects of modest size, or lists of them where many are made at once; anything else is refused
before it is taken apart."""

import codecs
import json
import math
import re
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser

from .problems import Problem

MOST_BYTES = 256 * 1024
MOST_BYTES_OF_MANY = 8 * 2**20
MOST_DEPTH = 16
# A list in a list takes two bytes here, and a hundred times as many once it is an object with its error.
MOST_VALUES = 10_000
MOST_VALUES_OF_MANY = 50_000
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)


class StrictJSONParser(BaseParser):
    """UTF-8 without NUL, no deeper than 16, not of too many values, no name twice, and an object at the top, or a list
    of objects where the view `takes_many`."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        """The object, or the list. Raises Problem: 413 for what is too large, 415 for what is packed, 400 for the
        rest."""
        many = getattr((parser_context or {}).get("view"), "takes_many", False)
        request = (parser_context or {}).get("request")
        if request is not None and request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Problem(415, "media_type", "Send the body as it is, without a Content-Encoding.")
        most = MOST_BYTES_OF_MANY if many else MOST_BYTES
        body = stream.read(most + 1)
        if len(body) > most:
            raise Problem(413, "too_large", f"A body has at most {most // 1024:,} KiB.")
        if not body:
            return {}
        text = _text(body)
        require_few(body, MOST_VALUES_OF_MANY if many else MOST_VALUES)
        data = _data(text)
        if isinstance(data, dict) or (
            many and isinstance(data, list) and all(isinstance(one, dict) for one in data)
        ):
            if isinstance(data, dict) and len(body) > MOST_BYTES:
                raise Problem(413, "too_large", f"A single one has at most {MOST_BYTES // 1024} KiB.")
            return data
        example = '{"line": "…"}'
        _refuse(
            "json", f"The body must be an object, such as {example}{', or a list of such' if many else ''}."
        )


def require_few(body: bytes, most: int) -> None:
    """Raises Problem for a body of more values. Each but the first one follows a comma or an opening bracket that
    stands in no text, so nothing has to be built to count them."""
    signs = _TEXT.sub(b"", body)
    if sum(signs.count(sign) for sign in (b",", b"[", b"{")) > most:
        raise Problem(413, "too_many_values", f"A body has at most {most:,} values, names and lists.")


def _text(body: bytes) -> str:
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        _refuse("encoding", f"The body is not UTF-8: byte {error.start} begins no character.")


def _data(text: str) -> Any:
    try:
        data = json.loads(text, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        _refuse("json", f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.")
    except RecursionError:
        _refuse("too_deep", f"The body is nested deeper than {MOST_DEPTH}.")
    except ValueError:  # a number of thousands of digits
        _refuse("json", "The body holds a number that nothing can hold.")
    _look_through(data)
    return data


def _look_through(data: Any) -> None:
    """Refuse what is nested too deeply, and text that cannot be kept."""
    level = [data]
    for _ in range(MOST_DEPTH + 1):
        if not level:
            return
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and ("\0" in value or not _whole(value)):
                _refuse("characters", "The body holds NUL, or half of a character.")
        level = below
    _refuse("too_deep", f"The body is nested deeper than {MOST_DEPTH}.")


def _whole(text: str) -> bool:
    """Whether no half of a surrogate pair stands alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse("json", "The body names something twice.")
    return found


def _finite(said: str) -> float:
    number = float(said)
    if not math.isfinite(number):
        _refuse("json", f"The body holds {said[:40]}, a number that nothing can hold.")
    return number


def _no_number(name: str) -> NoReturn:
    _refuse("json", f"{name} is not JSON.")


def _refuse(code: str, detail: str) -> NoReturn:
    raise Problem(400, code, detail)
