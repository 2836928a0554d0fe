"""Storing samples: COPY into a stage, then one upsert. The same rows delivered again change nothing."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction

from apps.dataplane.contract.messages import Row

_COLUMNS = (
    "run_id, target, n, key, kind, scores, latency_ms, input_tokens, output_tokens, cost, cached, slices, "
    "input, answer, reference"
)
_TYPES = (
    "uuid", "int2", "int4", "text", "text", "float8[]", "float8", "int4", "int4", "float8", "text", "text[]",
    "text", "text", "text",
)  # fmt: skip
_KEY = ("run_id", "target", "n")
_SET = ", ".join(
    f"{column} = excluded.{column}"
    for column in (name.strip() for name in _COLUMNS.split(","))
    if column not in _KEY
)


@transaction.atomic
def store(*, run: UUID, target: int, scorers: Sequence[str], rows: Iterable[Row]) -> None:
    """Upsert the rows of one chunk under their unique key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS result_stage (LIKE pilots_result) ON COMMIT DELETE ROWS"
        )
        cursor.execute("TRUNCATE result_stage")
        with cursor.copy(f"COPY result_stage ({_COLUMNS}) FROM STDIN") as copy:
            copy.set_types(_TYPES)
            for row in sorted(rows, key=lambda row: row.n):
                scores = [row.scores[name] for name in scorers] if row.scores else []
                copy.write_row(
                    (
                        run, target, row.n, row.key, row.kind, scores, row.latency_ms, row.input_tokens,
                        row.output_tokens, row.cost, row.cached, list(row.slices), row.input, row.answer,
                        row.reference,
                    )
                )  # fmt: skip
        cursor.execute(
            f"INSERT INTO pilots_result ({_COLUMNS}) SELECT {_COLUMNS} FROM result_stage "  # noqa: S608
            f"ON CONFLICT (run_id, target, n) DO UPDATE SET {_SET}"
        )
