"""PostgreSQL: one table or one SELECT, in a read-only transaction, through a cursor at the server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, pq, sql
from psycopg.types.string import TextLoader

from ..contract.plan import PostgresSource
from ..refusal import Refusal
from .access import Access
from .table import BATCH, Row, Table, checked_columns
from .text import text_of

_CAN_WRITE = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR EXISTS (
  SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
"""
_READABLE = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END::text,
       c.relkind::text, c.reltuples::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1 LIMIT %s
"""
# types whose values are decoded; the text of all others is the server's own
_DECODED = {"bool", "int2", "int4", "int8", "float4", "float8", "json", "jsonb", "bytea"}
_CODES: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.QueryCanceled, "source_timeout"),
    (errors.InsufficientPrivilege, "source_permission"),
    (errors.UndefinedTable, "source_not_found"),
    (errors.InvalidSchemaName, "source_not_found"),
    (psycopg.OperationalError, "source_connection"),
    (psycopg.Error, "source_query"),
)


@contextmanager
def read_postgres(source: PostgresSource, access: Access) -> Iterator[Table]:
    """Rows in the order the database returns them. Warns `source_role_can_write` when the role could also write."""
    query = _query(source)
    try:
        with _connected(source, access) as connection:
            columns = checked_columns(_names(connection, query.as_string(connection)), access.limits)
            can_write = connection.execute(_CAN_WRITE).fetchone()
            warnings = ("source_role_can_write",) if can_write and can_write[0] else ()
            with connection.cursor(name="fieldwork") as cursor:
                cursor.execute(query)
                yield Table(columns, _batches(cursor), ordered=False, warnings=warnings)
    except psycopg.Error as error:
        raise _refusal(error) from error


def list_tables(source: PostgresSource, access: Access, most: int) -> list[tuple[str, bool, int | None]]:
    """(name, whether it is a table, about how many rows) of all that the login may read, by name."""
    try:
        with _connected(source, access) as connection:
            rows = connection.execute(_READABLE, [most]).fetchall()
    except psycopg.Error as error:
        raise _refusal(error) from error
    return [(name, kind in ("r", "p"), rows if rows >= 0 else None) for name, kind, rows in rows]


def _query(source: PostgresSource) -> sql.Composed:
    if (source.table is None) == (source.query is None):
        raise Refusal("source_query", detail="exactly one of table and query")
    if source.table is not None:
        return sql.SQL("SELECT * FROM {}").format(sql.Identifier(*source.table.split(".")))
    text = (source.query or "").strip().rstrip(";")
    return sql.Composed([sql.SQL(text)])  # the client's own; checked by _names


@contextmanager
def _connected(source: PostgresSource, access: Access) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    try:
        dsn = access.resolve(source.dsn)
    except LookupError as error:
        raise Refusal("secret_missing", facts={"reference": source.dsn}) from error
    with psycopg.connect(dsn, connect_timeout=10, application_name="fieldwork-site") as connection:
        connection.read_only = True
        _as_text(connection)
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        connection.execute("SET LOCAL DateStyle = 'ISO'")
        connection.execute("SET LOCAL extra_float_digits = 1")
        connection.execute(f"SET LOCAL statement_timeout = {access.limits.seconds * 1000}")
        yield connection


def _as_text(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    for kind in psycopg.adapters.types:
        if kind.name not in _DECODED:
            connection.adapters.register_loader(kind.oid, TextLoader)


def _names(connection: psycopg.Connection[tuple[Any, ...]], query: str) -> list[str]:
    """Preparing refuses a second statement, which declaring a cursor in the simple protocol would run."""
    prepared = connection.pgconn.prepare(b"fieldwork_check", query.encode())
    if prepared.status != pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(prepared)
    described = connection.pgconn.describe_prepared(b"fieldwork_check")
    if not described.nfields:
        raise Refusal("source_query", detail="not a query that returns rows")
    names = [described.fname(position) or b"" for position in range(described.nfields)]
    return [name.decode() for name in names]


def _batches(cursor: Any) -> Iterator[Sequence[Row]]:
    try:
        while batch := cursor.fetchmany(BATCH):
            yield [[text_of(value) for value in row] for row in batch]
    except psycopg.Error as error:
        raise _refusal(error) from error


def _refusal(error: psycopg.Error) -> Refusal:
    code = next(code for kind, code in _CODES if isinstance(error, kind))
    state = {"sqlstate": error.sqlstate} if error.sqlstate else {}
    return Refusal(code, facts=state, detail=str(error))
