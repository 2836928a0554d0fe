"""The file of one frozen extent: SQLite, rows by number, and what the extent was when it was frozen."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ..contract.messages import Extent
from ..contract.plan import Plan
from ..refusal import Refusal
from ..samples import Sample
from .columns import field_columns, needed_columns

CACHE_KIB = 2048  # of pages in memory, whatever the size of the source
_AT_A_TIME = 500


class SnapshotMissing(Refusal):
    """The site does not hold the frozen extent of this run (any more)."""

    def __init__(self) -> None:
        super().__init__("snapshot_missing")


def file_of(folder: Path, run: str) -> Path:
    return folder / f"{run}.sqlite"


def opened(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection for one thread. Raises SnapshotMissing."""
    if not path.exists():
        raise SnapshotMissing
    connection = sqlite3.connect(path if write else f"file:{path}?mode=ro", uri=not write, timeout=30)
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def kept_extent(folder: Path, plan: Plan) -> Extent | None:
    """What was frozen for this run and this very dataset; None when nothing was."""
    try:
        facts = read_facts(file_of(folder, plan.run))
    except SnapshotMissing:
        return None
    if facts["source"] != source_text(plan):
        return None
    return Extent.model_validate_json(facts["extent"])


def read_facts(path: Path) -> dict[str, str]:
    with closing(opened(path)) as connection:
        return dict(connection.execute("SELECT name, value FROM fact"))


def write_fact(path: Path, name: str, value: str) -> None:
    with closing(opened(path, write=True)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))


def source_text(plan: Plan) -> str:
    """The part of a plan that an extent depends on."""
    return json.dumps([plan.dataset.model_dump(mode="json"), needed_columns(plan)])


def rows_of(folder: Path, plan: Plan, start: int, stop: int) -> Iterator[Sample]:
    """Rows [start, stop) of the run's extent, a few at a time. Raises SnapshotMissing at the first."""
    names = needed_columns(plan)
    dataset = plan.dataset
    place = {name: 2 + position for position, name in enumerate(names)}
    fields = [(name, place[name]) for name in field_columns(plan)]
    reference = place[dataset.reference] if dataset.reference is not None else None
    slices = [place[name] for name in dataset.slices]
    with closing(opened(file_of(folder, plan.run))) as connection:
        cursor = connection.execute(
            "SELECT * FROM sample WHERE id > ? AND id <= ? ORDER BY id", (start, stop)
        )
        while rows := cursor.fetchmany(_AT_A_TIME):
            for row in rows:
                yield Sample(
                    n=row[0] - 1,
                    key=row[1],
                    fields={name: row[position] for name, position in fields},
                    reference=None if reference is None else row[reference],
                    slices=tuple(row[position] for position in slices),
                )
