"""The table of everything that a spec may say, made from the models; the README carries a copy."""

from collections.abc import Iterator

from pydantic import BaseModel

from . import models

_PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", models.PilotSpec),
    ("dataset.", models.Dataset),
    ("source: csv, jsonl, parquet", models.CsvSource),
)


def reference() -> str:
    """Markdown: key, what it is, default."""
    return "\n".join(["| key | meaning | default |", "| --- | --- | --- |", *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    yield from ()
