"""Results of runs: one table for each run, read and written row by row, however many there are."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection

from apps.pilots.models import Result, Run

from ..rules import tables
from ..rules.refusal import Unfit
from ..shape.columns import Column, columns_of
from ..shape.nouns import CALLED
from ..shape.reading import Into
from ..shape.sorts import LIST, NUMBER, WHOLE
from ..shape.writing import File, Out, gathered
from .runs import NOUN as RUNS

NOUNS = ()
COUNTED = "results"
_COLUMNS = columns_of(Result, frozenset({"run"}), CALLED)
_HEADS = [column.name for column in _COLUMNS]
_TARGET = _HEADS.index("target")
_KEPT = 5_000  # rows held in memory
_NAMES = ", ".join(
    f'"{field.column}"' for field in (Result._meta.get_field("run"), *(one.field for one in _COLUMNS))
)
_COPY = f'COPY "{Result._meta.db_table}" ({_NAMES}) FROM STDIN'


class _Remembered(dict[str, Any]):
    """What a function makes of a text, remembered for the first short ones: most columns say the same few things a
    hundred thousand times."""

    MOST, SHORT = 5_000, 60  # texts, and characters of one

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> Any:
        made = self._make(text)
        if len(self) < self.MOST and len(text) <= self.SHORT:
            self[text] = made
        return made


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    for run in RUNS.rows(out.engagement):
        name = out.names.of(RUNS.name, run.pk)
        found = Result.objects.filter(run=run.pk).order_by("target", "n")
        rows = found.values_list(*(column.field.attname for column in _COLUMNS)).iterator(chunk_size=_KEPT)
        if (first := next(rows, None)) is not None:
            yield f"{name}/results.csv", gathered(_lines(out, chain([first], rows)))


def _lines(out: Out, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """No column of a result is a reference, so nobody is asked for a name."""
    cells = [_cell_of(column) for column in _COLUMNS]
    number = 0
    yield tables.line_of(_HEADS)
    for number, row in enumerate(rows, 1):  # noqa: B007 - counted
        said = ["" if value is None else cell(value) for value, cell in zip(row, cells, strict=True)]
        yield f"{','.join(said)}\n"
    out.counts[COUNTED] = out.counts.get(COUNTED, 0) + number


def _cell_of(column: Column) -> Callable[[Any], str]:
    """How a value of the database stands in a line. Numbers need no quotes."""
    if column.sort is WHOLE:
        return str
    if column.sort is NUMBER:
        return float.__repr__

    def cell(value: Any) -> str:
        return tables.quoted(column.cell(column.sort.out(value)))

    return cell if column.sort is LIST else _Remembered(cell).__getitem__


def read(into: Into) -> None:
    """Rows in. Raises Unfit for results of a run that the pack does not have, or of a target that the run has not."""
    for path in into.within("runs", "/results.csv"):
        pk = into.ids.key(path.removesuffix("/results.csv"), path, 0)
        places = set(Run.objects.get(pk=pk).targets.values_list("position", flat=True))
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in _rows(into, path, pk, places):
                copy.write_row(row)


def _rows(into: Into, path: str, run: UUID, places: set[int]) -> Iterator[list[Any]]:
    readers = [_Remembered(_value_of(column, into, path)) for column in _COLUMNS]
    number = 0
    with into.open(path) as file:
        for line, cells in tables.rows_of(file, path, _HEADS):
            try:
                values = [known[cell] for known, cell in zip(readers, cells, strict=True)]
                if values[_TARGET] not in places:
                    raise Unfit("Its run has no target of that place.", path)
            except Unfit as error:
                raise Unfit(error.message, path, line) from None
            number += 1
            yield [run, *values]
    into.counts[COUNTED] = into.counts.get(COUNTED, 0) + number


def _value_of(column: Column, into: Into, path: str) -> Callable[[str], Any]:
    """A cell as the database takes it. Raises Unfit, without the line."""

    def value(cell: str) -> Any:
        found = column.value(column.heard(cell, path, 0), into.ids, path, 0)
        return _array(found) if column.sort is LIST else found

    return value


def _array(values: list[Any]) -> str:
    """A list as PostgreSQL reads it. Text stands in quotes, behind which only quotes and backslashes mean something."""
    return "{" + ",".join(_element(one) for one in values) + "}"


def _element(value: Any) -> str:
    if not isinstance(value, str):
        return repr(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
