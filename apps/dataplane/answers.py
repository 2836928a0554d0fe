"""The answer cache of a site: what was paid for once is not paid for again.

Only answers are kept, never errors, and of the prompt only a hash.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
  run TEXT NOT NULL, target INTEGER NOT NULL, n INTEGER NOT NULL,
  key BLOB NOT NULL, kind TEXT NOT NULL, answer BLOB NOT NULL,
  input_tokens INTEGER, output_tokens INTEGER,
  PRIMARY KEY (run, target, n)
);
CREATE INDEX IF NOT EXISTS answers_key ON answers (key);
"""
_COLUMNS = "run, target, n, key, kind, answer, input_tokens, output_tokens"
_MOST = 500  # values in one query


class Kept(NamedTuple):
    """What row `n` of a run's target was answered. key: SHA-256 of endpoint, model, system, prompt, params."""

    run: str
    target: int
    n: int
    key: bytes
    kind: str
    answer: str
    input_tokens: int | None
    output_tokens: int | None


def open_database(path: Path) -> sqlite3.Connection:
    """A database that only its owner may read, safe against a killed process; transactions are explicit."""
    # Only a new file is opened here: closing any descriptor of a file ends all locks that this process has on it, and
    # another process that finds it unlocked throws the journal of this one away.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    database = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    return database


class AnswerCache:
    """Thread-safe; reading and writing do not wait for each other."""

    def __init__(self, path: Path) -> None:
        self._writer = open_database(path)
        self._writer.executescript(_SCHEMA)
        self._reader = open_database(path)
        self._writing, self._reading = threading.Lock(), threading.Lock()

    def of_run(self, run: str, target: int, wanted: Sequence[tuple[int, bytes]]) -> dict[int, Kept]:
        """By row: the answers that these rows (n, key) already got in this run."""
        keys = dict(wanted)
        found: dict[int, Kept] = {}
        for part in _parts(list(keys)):
            query = f"SELECT {_COLUMNS} FROM answers WHERE run = ? AND target = ? AND n IN ({_marks(part)})"  # noqa: S608
            for kept in self._read(query, (run, target, *part)):
                if kept.key == keys[kept.n]:
                    found[kept.n] = kept
        return found

    def of_others(self, run: str, keys: Iterable[bytes]) -> dict[bytes, Kept]:
        """By key: the first answer that any other run got to the same call."""
        found: dict[bytes, Kept] = {}
        for part in _parts(list(set(keys))):
            query = (
                f"SELECT {_COLUMNS} FROM answers WHERE key IN ({_marks(part)}) AND run != ? ORDER BY rowid"  # noqa: S608
            )
            for kept in self._read(query, (*part, run)):
                found.setdefault(kept.key, kept)
        return found

    def _read(self, query: str, values: tuple[object, ...]) -> list[Kept]:
        with self._reading:
            rows = self._reader.execute(query, values).fetchall()
        return [Kept._make((*row[:5], row[5].decode("utf-8", "surrogatepass"), *row[6:])) for row in rows]

    def keep(self, answers: Iterable[Kept]) -> None:
        """Write all of them in one transaction; a row that is answered again keeps its latest answer."""
        rows = [(*kept[:5], kept.answer.encode("utf-8", "surrogatepass"), *kept[6:]) for kept in answers]
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                self._writer.executemany(
                    f"INSERT OR REPLACE INTO answers ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                    rows,
                )
                self._writer.execute("COMMIT")
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()


def _parts(values: list[Any]) -> Iterable[list[Any]]:
    return (values[at : at + _MOST] for at in range(0, len(values), _MOST))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
