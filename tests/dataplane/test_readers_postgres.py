"""PostgreSQL is read with one SELECT in a read-only transaction; what goes wrong has a code and never a value."""

import pytest

from apps.dataplane.contract.errors import CODES
from apps.dataplane.contract.plan import PostgresSource
from apps.dataplane.readers import open_table
from apps.dataplane.readers.access import Access, ReadLimits
from apps.dataplane.references import MissingReference
from apps.dataplane.refusal import Refusal

from .conftest import Client

Rows = list[list[str | None]]


def read(source: PostgresSource, given: Access) -> tuple[Rows, tuple[str, ...]]:
    with open_table(source, given) as table:
        return [list(row) for batch in table.batches for row in batch], table.warnings


def code_of(source: PostgresSource, given: Access) -> str:
    with pytest.raises(Refusal) as caught:
        read(source, given)
    assert caught.value.code in CODES
    assert "Sesame" not in repr(caught.value.facts)
    return caught.value.code


@pytest.fixture
def given(tmp_path: object) -> Access:
    return Access(roots=(), resolve=str, temp=tmp_path)  # type: ignore[arg-type]


@pytest.fixture
def table(client: Client) -> Client:
    client.execute(
        "CREATE TABLE notes (id int, text text)",
        "INSERT INTO notes SELECT n, 'Sesame ' || n FROM generate_series(1, 2500) n",
    )
    client.let_read()
    return client


def test_reads_a_table_a_qualified_one_and_a_query(table: Client, given: Access) -> None:
    for source in (
        PostgresSource(dsn=table.reader, table="notes"),
        PostgresSource(dsn=table.reader, table="public.notes"),
        PostgresSource(dsn=table.reader, query="SELECT * FROM notes -- all of them\n;"),
    ):
        rows, warnings = read(source, given)
        assert len(rows) == 2500
        assert ["1", "Sesame 1"] in rows
        assert warnings == ()


def test_warns_when_the_role_could_write(table: Client, given: Access) -> None:
    assert read(PostgresSource(dsn=table.owner, table="notes"), given)[1] == ("source_role_can_write",)


def test_values_of_any_type_become_text(client: Client, given: Access) -> None:
    query = (
        "SELECT 3.0::float8, true, NULL::int, 1.50::numeric, '2024-01-02'::date, 'infinity'::date, "
        "'2024-01-02 03:04:05+02'::timestamptz, '{\"a\": [1, 2]}'::jsonb, ARRAY[1, 2], '\\x00ff'::bytea, "
        "interval '1 day', 'a b'::tsvector, '127.0.0.1'::inet"
    )
    columns = ", ".join(f"{part} AS c{n}" for n, part in enumerate(_split(query.removeprefix("SELECT "))))
    assert read(PostgresSource(dsn=client.reader, query=f"SELECT {columns}"), given)[0] == [
        ["3.0", "true", None, "1.50", "2024-01-02", "infinity", "2024-01-02 01:04:05+00", '{"a":[1,2]}',
         "[1,2]", "00ff", "1 day", "'a' 'b'", "127.0.0.1"]
    ]  # fmt: skip


def _split(query: str) -> list[str]:
    """By the commas that stand in no brackets."""
    parts, depth = [""], 0
    for character in query:
        depth += (character in "[{") - (character in "]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT * FROM nowhere", "source_not_found"),
        ("SELECT nothing FROM notes", "source_query"),
        ("SELECT id, text AS id FROM notes", "source_duplicate_columns"),
        ("SELECT * FROM notes; DROP TABLE notes", "source_query"),
        ("SELECT 1; COMMIT; DROP TABLE notes", "source_query"),
        ("DELETE FROM notes RETURNING id", "source_query"),
        ("WITH gone AS (DELETE FROM notes RETURNING id) SELECT * FROM gone", "source_query"),
        ("SELECT id INTO copy FROM notes", "source_query"),
        ("SELECT lo_create(0) AS id", "source_query"),
        ("SELECT ('Sesame' || id)::int AS n FROM notes", "source_query"),
        ("SELECT id FROM notes WHERE id < 0", "source_empty"),
        ("", "source_query"),
    ],
)
def test_refuses_what_is_not_one_select_that_works(
    table: Client, given: Access, query: str, code: str
) -> None:
    assert code_of(PostgresSource(dsn=table.owner, query=query), given) == code
    assert len(read(PostgresSource(dsn=table.reader, table="notes"), given)[0]) == 2500


def test_refuses_a_table_that_the_role_may_not_read(client: Client, given: Access) -> None:
    client.execute("CREATE TABLE hidden (id int)")
    assert code_of(PostgresSource(dsn=client.reader, table="hidden"), given) == "source_permission"
    assert code_of(PostgresSource(dsn=client.reader, table="other.hidden"), given) == "source_not_found"


def test_refuses_a_query_that_takes_too_long(client: Client, tmp_path: object) -> None:
    given = Access(roots=(), resolve=str, temp=tmp_path, limits=ReadLimits(seconds=1))  # type: ignore[arg-type]
    slow = PostgresSource(dsn=client.reader, query="SELECT pg_sleep(60) AS x")
    assert code_of(slow, given) == "source_timeout"


def test_refuses_a_database_that_cannot_be_reached(client: Client, given: Access) -> None:
    wrong = client.reader.replace("password=pw", "password=Sesame")
    for dsn in (wrong, "host=127.0.0.1 port=1 dbname=x", "not a dsn at all"):
        source = PostgresSource(dsn=dsn, table="notes")
        assert code_of(source, given) in ("source_connection", "source_query")


def test_refuses_both_and_neither_of_table_and_query(client: Client, given: Access) -> None:
    for more in ({}, {"table": "a", "query": "SELECT 1"}):
        assert code_of(PostgresSource(dsn=client.reader, **more), given) == "source_query"


def test_a_missing_reference_is_named_and_nothing_else(tmp_path: object) -> None:
    def resolve(reference: str) -> str:
        raise MissingReference(reference, "no such variable")

    given = Access(roots=(), resolve=resolve, temp=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(Refusal) as caught:
        read(PostgresSource(dsn="env:CLIENT_DB", table="notes"), given)
    assert (caught.value.code, caught.value.facts) == ("secret_missing", {"reference": "env:CLIENT_DB"})
