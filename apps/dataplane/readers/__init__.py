"""Sources, one reader per file; every reader hands over a `Table` of text."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ..contract.plan import Source
from ..refusal import Refusal
from .access import Access
from .csv import read_csv
from .jsonl import read_jsonl
from .parquet import read_parquet
from .postgres import read_postgres
from .table import Table, watched
from .xlsx import read_xlsx

_READERS: dict[str, Callable[[Any, Access], AbstractContextManager[Table]]] = {
    "csv": read_csv,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
    "xlsx": read_xlsx,
    "postgres": read_postgres,
}


@contextmanager
def open_table(source: Source, access: Access) -> Iterator[Table]:
    """The source's columns, already checked, and its rows in bounded batches. Raises Refusal, also while reading."""
    if source.kind not in _READERS:
        raise Refusal("source_not_a_file")
    with _READERS[source.kind](source, access) as table:
        yield watched(table, access.limits)
