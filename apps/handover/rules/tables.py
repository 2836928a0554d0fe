"""Tables as CSV (RFC 4180, UTF-8, line feeds): written in one way only, and read back as they were.

No cell is a formula to whoever opens it: one that would be stands behind an apostrophe, and so does one that begins
with apostrophes before such a sign. So taking the first one away again gives the text in every case.
"""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from .limits import CELL, ROW, THINGS
from .refusal import Unfit, shown

_FORMULA = re.compile(r"'*\s*[=+\-@\t\r]")
_QUOTED = re.compile(r'[",\r\n]|^\s|\s$')
_APOSTROPHES = re.compile(r"'*")
_DEEPEST = 40  # brackets of JSON in one another
_TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)

# one limit for the whole process; another reader of tables may have asked for more
csv.field_size_limit(max(csv.field_size_limit(), CELL))


def line_of(cells: Iterable[str]) -> str:
    """One line of a table."""
    return ",".join([quoted(cell) for cell in cells]) + "\n"


def quoted(cell: str) -> str:
    """A cell as it stands in its line."""
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell


def rows_of(file: BinaryIO, name: str, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the headings, each with the line on which it ends. Raises Unfit for what is no such table."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="strict", newline="")
    left = [ROW]
    reader = csv.reader(_lines(text, left, name), strict=True)
    try:
        head = next(reader, None)
        if head != list(columns):
            wanted = ", ".join(columns)
            raise Unfit(f"Its columns are {shown(', '.join(head or ()))}; they have to be {wanted}.", name, 1)
        for row in reader:
            if len(row) != len(columns):
                message = f"This row has {len(row)} cells; there are {len(columns)} columns."
                raise Unfit(message, name, reader.line_num)
            yield reader.line_num, row
            left[0] = ROW
    except UnicodeDecodeError:
        raise Unfit("This is no text in UTF-8.", name) from None
    except csv.Error as error:
        raise Unfit(f"This is no CSV ({error}).", name, reader.line_num) from None
    finally:
        text.detach()


def _lines(text: io.TextIOWrapper, left: list[int], name: str) -> Iterator[str]:
    """The lines, none read further than a row may go on. left: characters of the present row."""
    while line := text.readline(left[0] + 1):
        left[0] -= len(line)
        if left[0] < 0:
            raise Unfit(f"A row has at most {ROW:,} characters; this one has more.", name)
        yield line


def said(text: str) -> str:
    """A text as a cell that is no formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def heard(cell: str) -> str:
    """The text that `said` has made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def said_or_none(text: str | None) -> str:
    """A text that may be missing: nothing for None, and an apostrophe more for one of apostrophes alone, or empty."""
    if text is None:
        return ""
    return f"'{text}" if _APOSTROPHES.fullmatch(text) else said(text)


def heard_or_none(cell: str) -> str | None:
    """What `said_or_none` has made a cell of."""
    if not cell:
        return None
    return cell[1:] if _APOSTROPHES.fullmatch(cell) else heard(cell)


def json_said(value: Any) -> str:
    """JSON in a cell, of which there is one way to write it."""
    return _ENCODER.encode(value)


def json_heard(cell: str) -> Any:
    """The value of such a cell. Raises ValueError for what is no JSON, holds a name twice, or is nested too deep."""
    signs = cell.count("[") + cell.count("{")
    if signs + cell.count(",") > THINGS and _signs_of(cell) > THINGS:
        raise ValueError("it says too much")
    value = _DECODER.decode(cell)
    if signs > _DEEPEST:
        _require_shallow(value)
    return value


def _signs_of(cell: str) -> int:
    """How many brackets and commas stand in no text."""
    bare = _TEXT.sub("", cell)
    return sum(bare.count(sign) for sign in ",[{")


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            each
            for one in level
            if isinstance(one, list | dict)
            for each in (one if isinstance(one, list) else one.values())
        ]
    if any(isinstance(one, list | dict) for one in level):
        raise ValueError("nested too deep")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _no_number(said: str) -> Any:
    raise ValueError(f"{said} is no number of JSON")


def finite(said: str | float) -> float:
    """The number. Raises ValueError for one that is larger than any that can be kept."""
    number = float(said)
    if not math.isfinite(number):
        raise ValueError(f"{said} cannot be kept")
    return number


# made once: a table of results has millions of such cells
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number, parse_float=finite)
