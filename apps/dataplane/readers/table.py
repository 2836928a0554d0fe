"""What a reader hands over, and the checks that all of them share."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ..refusal import Refusal
from .access import ReadLimits

Row = Sequence[str | None]
BATCH = 1000  # rows handed over at a time


@dataclass(frozen=True)
class Table:
    """`columns` are checked; each row has one text, or None for NULL, per column.

    ordered: the order of the rows is the source's own (a file's), rather than whatever a database returns first.
    """

    columns: tuple[str, ...]
    batches: Iterator[Sequence[Row]]
    ordered: bool = True
    warnings: tuple[str, ...] = ()


def checked_columns(names: Iterable[str], limits: ReadLimits) -> tuple[str, ...]:
    """The header, refused when it is empty, too wide or names a column twice."""
    columns = tuple(names)
    if not columns:
        raise Refusal("source_empty")
    if len(columns) > limits.columns:
        raise Refusal("source_too_wide", facts={"columns": len(columns), "limit": limits.columns})
    seen: set[str] = set()
    for position, name in enumerate(columns, 1):
        if name in seen:
            raise Refusal("source_duplicate_columns", facts={"position": position}, names={"column": name})
        seen.add(name)
    return columns


def in_batches(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    """Cut a stream of rows into lists of at most BATCH."""
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def watched(table: Table, limits: ReadLimits) -> Table:
    """The same table, refused as soon as it has more rows, or takes longer, than the policy allows, or is empty."""
    return replace(table, batches=_watch(table.batches, limits))


def _watch(batches: Iterator[Sequence[Row]], limits: ReadLimits) -> Iterator[Sequence[Row]]:
    rows, deadline = 0, time.monotonic() + limits.seconds
    for batch in batches:
        rows += len(batch)
        if rows > limits.rows:
            raise Refusal("source_too_large", facts={"limit_rows": limits.rows})
        if time.monotonic() > deadline:
            raise Refusal("source_timeout", facts={"seconds": limits.seconds})
        yield batch
    if not rows:
        raise Refusal("source_empty")
