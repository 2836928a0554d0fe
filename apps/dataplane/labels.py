"""`channel#1` for a value that may not leave: numbered as met, never reused, and looked up again only at the site."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from .readers.text import printable

FILE = "labels.sqlite"


class Labels:
    """The site's own list of (column, value, number). Safe from any thread."""

    def __init__(self, state: Path) -> None:
        self._path = state / FILE
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, int]] = {}

    def of(self, column: str, value: str) -> str:
        """The label under which this value of this column may be spoken of."""
        value = printable(value)
        with self._lock:
            known = self._known.get(column)
            if known is None:
                known = self._known[column] = self._read(column)
            number = known.get(value)
            if number is None:
                number = known[value] = self._add(column, value)
        return f"{column}#{number}"

    def all(self) -> Iterator[tuple[str, str, str]]:
        """(label, column, value), for the site's owner."""
        with closing(self._opened()) as db:
            rows = db.execute("SELECT name, value, number FROM label ORDER BY name, number").fetchall()
        for column, value, number in rows:
            yield f"{column}#{number}", column, value

    def _read(self, column: str) -> dict[str, int]:
        with closing(self._opened()) as db:
            return dict(db.execute("SELECT value, number FROM label WHERE name = ?", (column,)))

    def _add(self, column: str, value: str) -> int:
        with closing(self._opened()) as db, db:
            number: int = db.execute(
                "INSERT INTO label SELECT ?1, ?2, 1 + coalesce(max(number), 0) FROM label WHERE name = ?1 "
                "RETURNING number",
                (column, value),
            ).fetchone()[0]
        return number

    def _opened(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        db = sqlite3.connect(self._path, timeout=30)
        db.execute(
            "CREATE TABLE IF NOT EXISTS label"
            "(name TEXT, value TEXT, number INTEGER, PRIMARY KEY (name, value)) WITHOUT ROWID"
        )
        return db
