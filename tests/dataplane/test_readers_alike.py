"""The same data gives the same rows, the same sample and the same digest, whichever engine holds it."""

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from hypothesis import example, given
from hypothesis import strategies as st

from apps.dataplane.contract.plan import PostgresSource, Source
from apps.dataplane.readers import open_table
from apps.dataplane.readers.text import identity, printable, text_of
from apps.dataplane.snapshots import freeze, rows_of

from .conftest import Client
from .sources import SECRET, access, plan_over, write_csv, write_jsonl, write_parquet, write_xlsx

HEADER = ["id", "text", "label", "amount", "whole", "paid", "day", "moment", "price"]
TYPES = ["BIGINT", "VARCHAR", "VARCHAR", "DOUBLE", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "DECIMAL(9,2)"]
PG_TYPES = ["bigint", "text", "text", "float8", "float8", "boolean", "date", "timestamp", "numeric(9,2)"]


def given_rows(count: int) -> list[list[Any]]:
    dice = random.Random(5)
    return [
        [
            number,
            dice.choice(
                ["Où est ma carte?", 'hello, "you"', "two\nlines", "007", "3.10", "True", "naïve 😀"]
            ),
            dice.choice(["card", "loan", None]),
            dice.choice([1.5, 3.0, 0.1, -2.25, 1e15, None]),
            dice.choice([1.0, 2.0]),
            dice.choice([True, False, None]),
            date(2024, 1, 1 + number % 28),
            datetime(2024, 5, 1, number % 24, 30),
            dice.choice([Decimal("3.00"), Decimal("10.50"), None]),
        ]
        for number in range(count)
    ]


def all_sources(folder: Path, rows: list[list[Any]], client: Client) -> list[Source]:
    plain = [[float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in rows]
    texts = [["" if cell is None else cell for cell in row] for row in rows]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(HEADER, PG_TYPES, strict=True))
    client.execute(f"CREATE TABLE given ({columns})")
    client.let_read()
    with psycopg.connect(client.owner) as connection, connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO given VALUES ({', '.join(['%s'] * len(HEADER))})", rows)
    return [
        write_csv(folder / "a.csv", HEADER, texts),
        write_jsonl(folder / "a.jsonl", HEADER, plain),
        write_parquet(folder / "a.parquet", HEADER, plain, TYPES),
        write_xlsx(folder / "a.xlsx", HEADER, plain),
        PostgresSource(dsn=client.reader, table="given"),
    ]


def test_every_engine_draws_the_same_rows(tmp_path: Path, client: Client) -> None:
    rows = given_rows(300)
    rows += [row[:] for row in rows[:20]]  # identical ones are told apart
    drawings: list[dict[str, Any]] = [
        {"sample": {"size": 40, "seed": 7}},
        {"sample": {"size": 40, "seed": 8}, "slices": ("paid", "day")},
    ]
    drawn: dict[str, list[Any]] = {}
    for source in all_sources(tmp_path, rows, client):
        for number, drawing in enumerate(drawings):
            plan = plan_over(source, run=f"{source.kind}-{number}", **drawing)
            extent = freeze(plan, folder=tmp_path, secret=SECRET, access=access(tmp_path))
            samples = list(rows_of(tmp_path, plan, 0, 40))
            assert (extent.rows, extent.source_rows) == (40, 320)
            drawn.setdefault(source.kind, []).append(
                [(sample.key, sample.fields["text"], sample.reference) for sample in samples]
            )
    first = drawn.pop("csv")
    assert first[0] != first[1]
    for kind, samples in drawn.items():
        assert samples == first, kind


def test_every_engine_gives_the_same_texts_for_typed_values(tmp_path: Path, client: Client) -> None:
    texts = {}
    for source in all_sources(tmp_path, given_rows(60), client)[1:]:
        with open_table(source, access(tmp_path)) as table:
            rows = [list(row) for batch in table.batches for row in batch]
        texts[source.kind] = sorted(rows, key=lambda row: int(row[0] or 0))
    exact = [HEADER.index(name) for name in ("id", "text", "label", "amount", "paid", "day", "moment")]
    for kind in ("jsonl", "xlsx", "postgres"):
        for ours, theirs in zip(texts[kind], texts["parquet"], strict=True):
            assert [ours[at] for at in exact] == [theirs[at] for at in exact], kind
            assert [identity(cell) for cell in ours] == [identity(cell) for cell in theirs], kind


def test_the_order_of_the_rows_does_not_change_the_drawing(tmp_path: Path) -> None:
    rows = [[number, f"text {number % 90}", "a"] for number in range(100)]
    seen = []
    for run, order in enumerate((rows, rows[::-1])):
        source = write_csv(tmp_path / f"{run}.csv", ["id", "text", "label"], order)
        plan = plan_over(source, run=str(run), sample={"size": 30, "seed": 1})
        freeze(plan, folder=tmp_path, secret=SECRET, access=access(tmp_path))
        seen.append([(sample.key, sample.fields["text"]) for sample in rows_of(tmp_path, plan, 0, 30)])
    assert seen[0] == seen[1]


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(-0.0)
@example(3.0)
def test_a_float_is_recognised_in_every_spelling(number: float) -> None:
    spellings = {text_of(number) or "", str(Decimal(repr(number))), format(Decimal(repr(number)), "f")}
    assert len({identity(text) for text in spellings if len(text) <= 60}) <= 1


@given(st.integers(0, 999), st.text("0123456789", min_size=1, max_size=4))
def test_texts_that_differ_as_numbers_stay_apart(whole: int, fraction: str) -> None:
    other = f"{fraction}1"
    assert (identity(f"{whole}.{fraction}") == identity(f"{whole}.{other}")) == (
        Decimal(f"{whole}.{fraction}") == Decimal(f"{whole}.{other}")
    )


def test_spellings_of_one_moment_and_of_truth_are_one() -> None:
    day = {"2024-01-02", "2024-01-02 00:00:00", "2024-01-02T00:00:00", "2024-01-02 00:00:00.000"}
    moment = {"2024-01-02 10:00:00+00", "2024-01-02T10:00:00Z", "2024-01-02 10:00:00.0+00:00"}
    for spellings in (day, moment, {"true", "True", "TRUE"}, {"1e3", "1000", "1000.0", "1E+3"}):
        assert len({identity(text) for text in spellings}) == 1
    for text in ("007", "1.2.3", "true story", "-", "\u0661.0"):
        assert identity(text) == text


@given(st.text())
def test_what_is_printable_can_be_encoded_and_is_else_left_alone(text: str) -> None:
    assert printable(text).encode().decode() == printable(text)
    assert "\ud800" in text or any("\ud800" <= c <= "\udfff" for c in text) or printable(text) == text
