"""Tables that leave as CSV (RFC 4180, UTF-8), streamed; no cell is a formula to whoever opens it."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r]")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """The text."""
        return text


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The table, line by line."""
    writer = csv.writer(_Echo())
    yield writer.writerow([cell(heading) for heading in header])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value: Any) -> str | int | float:
    """A value as a cell of CSV: dates in ISO 8601, nothing for None, and text that would be a formula behind an
    apostrophe. Numbers stay numbers, so a negative one is none."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float | date | datetime):
        text = str(value)
        return f"'{text}" if _FORMULA.match(text) else text
    return value.isoformat() if isinstance(value, date) else value


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The table as a download of that name, without an ending."""
    response = StreamingHttpResponse(as_csv(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
