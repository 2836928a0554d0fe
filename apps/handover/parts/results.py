"""Results of runs: one table for each run, read and written row by row, however many there are."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from apps.core.copying import copy_rows
from apps.pilots.models import Result, Run

from ..rules import tables
from ..rules.refusal import Unfit
from ..shape.columns import columns_of
from ..shape.nouns import CALLED
from ..shape.reading import Into
from ..shape.writing import File, Out, gathered
from .runs import NOUN as RUNS

NOUNS = ()
COUNTED = "results"
_COLUMNS = columns_of(Result, frozenset({"run"}), CALLED)
_HEADS = [column.name for column in _COLUMNS]
_KEPT = 5_000  # rows held in memory


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
    sorts = [(column.sort.out, column.cell) for column in _COLUMNS]
    number = 0
    yield tables.line_of(_HEADS)
    for number, row in enumerate(rows, 1):  # noqa: B007 - counted
        both = zip(row, sorts, strict=True)
        yield tables.line_of(["" if value is None else cell(said(value)) for value, (said, cell) in both])
    out.counts[COUNTED] = out.counts.get(COUNTED, 0) + number


def read(into: Into) -> None:
    """Rows in. Raises Unfit for results of a run that the pack does not have, or of a target that the run has not."""
    for path in into.within("runs", "/results.csv"):
        pk = into.ids.key(path.removesuffix("/results.csv"), path, 0)
        places = set(Run.objects.get(pk=pk).targets.values_list("position", flat=True))
        copy_rows(Result, _rows(into, path, pk, places))


def _rows(into: Into, path: str, run: UUID, places: set[int]) -> Iterator[dict[str, Any]]:
    with into.open(path) as file:
        for line, cells in tables.rows_of(file, path, _HEADS):
            into.counts[COUNTED] = into.counts.get(COUNTED, 0) + 1
            values: dict[str, Any] = {"run_id": run}
            for column, cell in zip(_COLUMNS, cells, strict=True):
                plain = column.heard(cell, path, line)
                values[column.field.attname] = column.value(plain, into.ids, path, line)
            if values["target"] not in places:
                raise Unfit("Its run has no target of that place.", path, line)
            yield values
