"""Parquet, through DuckDB."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from ..contract.plan import ParquetSource
from ..refusal import Refusal
from .access import Access, name_of, open_file
from .engine import as_text, fetched, locked_engine
from .table import Row, Table, checked_columns


@contextmanager
def read_parquet(source: ParquetSource, access: Access) -> Iterator[Table]:
    """Rows of a Parquet file, in the file's order."""
    with open_file(source.path, access) as file:
        path = name_of(file, source.path)
        with locked_engine(access, path) as engine:
            try:
                columns = checked_columns(_names(engine, path), access.limits)
                described = engine.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
                texts = ", ".join(as_text(name, kind) for name, kind, *_ in described)
                engine.execute(f"SELECT {texts} FROM read_parquet(?)", [path])  # noqa: S608
            except duckdb.Error as error:
                raise _unreadable(error) from error
            yield Table(columns, _batches(engine))


def _names(engine: duckdb.DuckDBPyConnection, path: str) -> list[str]:
    """The top columns as the file spells them: DESCRIBE would silently rename a second one of the same name."""
    nodes = engine.execute("SELECT name, num_children FROM parquet_schema(?)", [path]).fetchall()
    names: list[str] = []
    inside = 0  # nodes of the current top column still to pass over
    for name, children in nodes[1:]:
        if inside:
            inside -= 1
        else:
            names.append(name)
        inside += children or 0
    return names


def _batches(engine: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Row]]:
    try:
        yield from fetched(engine)
    except duckdb.Error as error:
        raise _unreadable(error) from error


def _unreadable(error: duckdb.Error) -> Refusal:
    return Refusal("source_unreadable", detail=str(error))
