"""CSV: comma, semicolon, tab or bar; UTF-8 with or without a BOM; quoted as RFC 4180 says.

Python's own parser rather than DuckDB's: it streams, knows the line of whatever is wrong, and guesses no types.
"""

import csv
import io
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO

from ..contract.plan import CsvSource
from ..refusal import Refusal
from .access import Access, ReadLimits, open_file
from .table import Row, Table, checked_columns, in_batches

DELIMITERS = ",;\t|"


@contextmanager
def read_csv(source: CsvSource, access: Access) -> Iterator[Table]:
    """Rows of a CSV file whose first line is the header; blank lines are skipped."""
    csv.field_size_limit(access.limits.field_bytes)
    with open_file(source.path, access) as file:
        delimiter = _delimiter(file, access.limits)
        with closing(_records(file, delimiter, access.limits)) as records:
            first = next(records, None)
            if first is None:
                raise Refusal("source_empty")
            columns = checked_columns(first[1], access.limits)
            yield Table(columns, in_batches(_rows(records, len(columns))))


def _delimiter(file: BinaryIO, limits: ReadLimits) -> str:
    """The one that cuts the header into most fields; a comma when none does."""
    widths = {}
    for delimiter in DELIMITERS:
        with closing(_records(file, delimiter, limits)) as records:
            widths[delimiter] = len(next(records, (0, []))[1])
    return max(DELIMITERS, key=lambda delimiter: widths[delimiter])


def _rows(records: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Row]:
    for line, record in records:
        if len(record) != width:
            raise Refusal("source_ragged", facts={"line": line, "fields": len(record), "columns": width})
        yield record


def _records(
    file: BinaryIO, delimiter: str, limits: ReadLimits
) -> Generator[tuple[int, list[str]], None, None]:
    """(last line, fields) of every record that is not blank."""
    file.seek(0)
    lines = _lines(file, limits)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for record in reader:
            if record:
                yield reader.line_num, record
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(reader.line_num, limits) from error
        raise Refusal("source_unreadable", facts={"line": reader.line_num}, detail=str(error)) from error
    except UnicodeDecodeError as error:
        raise Refusal("source_not_utf8", facts={"line": _line_of_bad_byte(file)}) from error
    finally:
        lines.close()


def _lines(file: BinaryIO, limits: ReadLimits) -> Generator[str, None, None]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        number = 0
        while line := text.readline(limits.field_bytes):
            number += 1
            if "\0" in line:
                raise Refusal("source_nul", facts={"line": number})
            if len(line) == limits.field_bytes:
                raise _too_long(number, limits)
            yield line
    finally:
        text.detach()  # the file is its opener's to close


def _too_long(line: int, limits: ReadLimits) -> Refusal:
    return Refusal("source_field_too_large", facts={"line": line, "limit_bytes": limits.field_bytes})


def _line_of_bad_byte(file: BinaryIO) -> int:
    """The text layer decodes ahead, so the line is found by reading once more."""
    file.seek(0)
    for number, line in enumerate(file, 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            return number
    return 0
