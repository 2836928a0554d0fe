"""Tables as CSV (RFC 4180, UTF-8, line feeds): written in one way only, and read back as they were.

No cell is a formula to whoever opens it: one that would be stands behind an apostrophe, and so does one that begins
with apostrophes before such a sign. So taking the first one away again gives the text in every case.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from .limits import CELL
from .refusal import Unfit, shown

_FORMULA = re.compile(r"'*\s*[=+\-@\t\r]")
_QUOTED = re.compile(r'[",\r\n]|^\s|\s$')
_APOSTROPHES = re.compile(r"'*")
_DEEPEST = 40  # brackets of JSON in one another

# one limit for the whole process; another reader of tables may have asked for more
csv.field_size_limit(max(csv.field_size_limit(), CELL))


def line_of(cells: Iterable[str]) -> str:
    """One line of a table."""
    return ",".join(_quoted(cell) for cell in cells) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell


def rows_of(file: BinaryIO, name: str, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the headings, each with the line on which it ends. Raises Unfit for what is no such table."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="strict", newline="")
    reader = csv.reader(text, strict=True)
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
    except UnicodeDecodeError:
        raise Unfit("This is no text in UTF-8.", name) from None
    except csv.Error as error:
        raise Unfit(f"This is no CSV ({error}).", name, reader.line_num) from None
    finally:
        text.detach()


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
    depth = 0
    for sign in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', cell):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(sign.group(), 0)
        if depth > _DEEPEST:
            raise ValueError("nested too deep")
    return _DECODER.decode(cell)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _no_number(said: str) -> Any:
    raise ValueError(f"{said} is no number of JSON")


# made once: a table of results has millions of such cells
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
