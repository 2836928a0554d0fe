"""A file as headings and rows: its encoding and its delimiter are found, and what is no table is said to be none. Pure.

A row is spoken of by its number in a spreadsheet: the first one of the file is 1, whatever lines its cells have.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_BYTES = 25 * 2**20
MOST_ROWS = 200_000
MOST_COLUMNS = 200
HEADING = 80  # characters of a heading that are shown
DELIMITERS = ",;\t"
HOW = "Save it as CSV (UTF-8): one row of headings, then a row for each thing."
_SIGNATURES = (
    (b"PK\x03\x04", "an Excel workbook or another archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
)
_MARKUP = re.compile(r"\s*(?:<!doctype|<html|<table|<\?xml)", re.IGNORECASE)
_LINE_END = re.compile(r"[\r\n]")
_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)

csv.field_size_limit(MOST_BYTES)


class Unreadable(ValueError):
    """A file that is no table; the message says what it is and what would be right."""


@dataclass(frozen=True)
class Table:
    """headings: each with a name of its own; first: the number of the row that they stand in; count: of the rows that
    hold something."""

    headings: Sequence[str]
    first: int
    count: int
    text: str
    delimiter: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The number and the cells of each row that holds something."""
        for number, cells in _records(self.text, self.delimiter):
            if number > self.first:
                yield number, cells


def table_of(content: bytes) -> Table:
    """The table that a file holds. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        size = len(content) / 2**20
        raise Unreadable(f"This file has {size:,.1f} MB; at most {MOST_BYTES >> 20} MB are taken. Split it.")
    text = decoded(content)
    said = _SEPARATOR.match(text)
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter(text)
    first, count = 0, 0
    headings: list[str] = []
    for number, cells in _records(text, delimiter):
        if not headings:
            _check_columns(len(cells))
            first, headings = number, _named(cells)
        else:
            count += 1
    _check_rows(count)
    return Table(headings, first, count, text, delimiter)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1252, without a byte order mark. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(f"This file is empty. {HOW}")
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise Unreadable(f"This is {what}, whatever it is called. {HOW}")
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or (b"\0" in content and not _LINE_END.search(text)):
            break
        if _MARKUP.match(text):
            raise Unreadable(f"This is a web page or XML, whatever it is called. {HOW}")
        if not text.strip():
            raise Unreadable(f"This file is empty. {HOW}")
        return text
    if b"\0" in content:
        raise Unreadable(f"This file holds bytes that are no text (NUL). {HOW}")
    raise Unreadable(f"This is text in none of UTF-8, UTF-16 and Windows-1252. {HOW}")


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if content.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if (
        b"\0" in content
    ):  # no other text has them: the halves of plain letters, commas and line ends in UTF-16
        little = content[1::2].count(0) > content[0::2].count(0)
        return ("utf-16-le" if little else "utf-16-be",)
    return ("utf-8", "cp1252")


def _delimiter(text: str) -> str:
    """What divides the headings into most columns; a comma where nothing does."""
    head = text.lstrip("\r\n")[:20_000]

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=columns)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if any(cells) and any(map(str.strip, cells)):
                yield number, cells
    except csv.Error as error:
        what = "is never closed" if "end of data" in str(error) else "stands where none can be"
        raise Unreadable(
            f"Row {number + 1:,}: a quotation mark {what}. A cell with quotation marks is written in quotation marks,"
            ' with each one inside doubled: "so called ""quick"" win".'
        ) from None


def _named(cells: Sequence[str]) -> list[str]:
    """The headings, empty ones called by their place, and of equal ones each by its own name."""
    names: dict[str, None] = {}
    times: Counter[str] = Counter()
    for place, cell in enumerate(cells, 1):
        name = plain = " ".join(cell.split())[:HEADING] or f"Column {place}"
        while name in names:
            times[plain] += 1
            name = f"{plain} ({times[plain] + 1})"
        names[name] = None
    return list(names)


def _check_columns(count: int) -> None:
    """Before anything is done with each of them."""
    if count > MOST_COLUMNS:
        raise Unreadable(
            f"This has {count:,} columns; at most {MOST_COLUMNS} are taken. Leave out what is not needed."
        )


def _check_rows(count: int) -> None:
    if not count:
        raise Unreadable(f"There is nothing below the headings. {HOW}")
    if count > MOST_ROWS:
        raise Unreadable(f"This has {count:,} rows; at most {MOST_ROWS:,} are taken at once. Split the file.")
