"""A DuckDB that can reach one file and nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from .access import Access
from .table import BATCH, Row

_OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


@contextmanager
def locked_engine(access: Access, path: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """In memory, one thread, no extensions, no network; opens `path` only and spills into the site's folder only."""
    with duckdb.connect(":memory:", config={**_OFFLINE}) as engine:
        engine.execute(f"SET temp_directory = {_quoted(str(access.temp))}")
        engine.execute("SET memory_limit = '256MB'")
        engine.execute("SET threads = 1")
        engine.execute("SET TimeZone = 'UTC'")
        if path is not None:
            engine.execute(f"SET allowed_paths = [{_quoted(path)}]")
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        yield engine


def fetched(engine: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Row]]:
    """The running query's rows, as they are produced."""
    while batch := engine.fetchmany(BATCH):
        yield batch


def column(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def as_text(name: str, kind: str) -> str:
    """SQL that gives the column's canonical text (see text.text_of) for its DuckDB type."""
    nested = kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]")
    if nested:
        return f"CAST(to_json({column(name)}) AS VARCHAR)"
    if kind == "BLOB":
        return f"lower(hex({column(name)}))"
    return f"CAST({column(name)} AS VARCHAR)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
