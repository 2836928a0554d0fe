"""Rows into a snapshot: in the source's order, or as drawn; identical rows are told apart by an ordinal."""

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from ..contract.messages import Extent
from ..contract.plan import Dataset, Plan
from ..readers.table import Row, Table
from ..readers.text import identity
from ..refusal import Refusal
from .columns import keyed_hash, needed_columns, positions, row_hasher
from .filtering import matcher

Watch = Callable[[], None]  # called between batches; raises Refusal to end the reading


def draw_rows(db: sqlite3.Connection, plan: Plan, table: Table, secret: bytes, watch: Watch) -> Extent:
    """Fill the table `sample`; rows of an ordered source that are all taken go there at once, others by a draft."""
    dataset = plan.dataset
    direct = dataset.sample is None and table.ordered
    width = len(needed_columns(plan))
    values = "".join(f", c{number} TEXT NOT NULL" for number in range(width))
    db.execute(f"CREATE TABLE sample (id INTEGER PRIMARY KEY, key TEXT NOT NULL{values})")
    db.execute(
        f"CREATE TEMP TABLE draft (id INTEGER PRIMARY KEY, key TEXT NOT NULL{values}, hash BLOB, draw TEXT)"
    )
    pour = _Pour(plan, table, secret, direct)
    marks = ", ".join("?" * (1 + width + (0 if direct else 2)))
    names = "".join(f", c{number}" for number in range(width))
    into = f"sample (key{names})" if direct else f"draft (key{names}, hash, draw)"
    for batch in table.batches:
        watch()
        db.executemany(f"INSERT INTO {into} VALUES ({marks})", pour.rows(batch))  # noqa: S608
    _tell_apart(db, "sample" if direct else "draft", dataset, secret)
    if not direct:
        size = dataset.sample.size if dataset.sample else -1
        db.execute(
            f"INSERT INTO sample (key{names}) SELECT key{names} FROM draft ORDER BY draw, key LIMIT ?",  # noqa: S608
            (size,),
        )
        if not table.ordered:
            pour.digest_of(row for (row,) in db.execute("SELECT hash FROM draft ORDER BY hash"))
    drawn = db.execute("SELECT count(*) FROM sample").fetchone()[0]
    if not drawn:  # the source has rows, or the reader would have refused it
        raise Refusal("filter_empty", facts={"source_rows": pour.count})
    warnings = (*table.warnings, *_warnings(db, plan))
    return Extent(rows=drawn, digest=pour.digest(), source_rows=pour.count, warnings=warnings)


class _Pour:
    """Turns rows of the source into rows of the snapshot, counting and digesting on the way.

    Rows that the filter leaves out are counted and otherwise ignored.
    The digest is SHA-256 over the canonical rows in their order (a database's rows, which have none: sorted) and over
    the drawing, keyed with the site's secret at the end: the content of a small source cannot be guessed from it.
    """

    def __init__(self, plan: Plan, table: Table, secret: bytes, direct: bool) -> None:
        dataset = plan.dataset
        self.secret, self.direct, self.ordered = secret, direct, table.ordered
        self.matches = matcher(table.columns, dataset.filter) if dataset.filter else None
        self.wanted = positions(table.columns, needed_columns(plan))
        self.key_at = positions(table.columns, [dataset.key])[0] if dataset.key is not None else None
        self.hash = row_hasher(table.columns)
        self.seed = dataset.sample.seed if dataset.sample else 0
        self.count = 0
        self._whole = hashlib.sha256(_drawing(dataset).encode())

    def rows(self, batch: Any) -> Iterator[list[Any]]:
        """key, needed values (NULL as empty) and, for a draft, hash and draw."""
        for row in batch:
            self.count += 1
            if self.matches and not self.matches(row):
                continue
            row_hash = self.hash(row)
            if self.ordered:
                self._whole.update(row_hash)
            key, drawn_by = self._key(row, row_hash)
            poured = [keyed_hash(self.secret, key), *[row[place] or "" for place in self.wanted]]
            if not self.direct:
                poured += [row_hash, _draw(self.seed, drawn_by)]
            yield poured

    def _key(self, row: Row, row_hash: bytes) -> tuple[str, str]:
        """(what is hashed under the secret, what is drawn by): the latter is the same on every engine."""
        if self.key_at is None:
            text = row_hash.hex()
            return text, text
        key = row[self.key_at]
        if not key:
            raise Refusal("source_empty_key", facts={"row": self.count})
        return key, identity(key)

    def digest_of(self, hashes: Iterator[bytes]) -> None:
        for row_hash in hashes:
            self._whole.update(row_hash)

    def digest(self) -> str:
        return hmac.new(self.secret, self._whole.digest(), hashlib.sha256).hexdigest()


def _draw(seed: int, text: str) -> str:
    """The lot of a row: rows are taken in this order, the same on every engine."""
    return hashlib.md5(f"{seed}|{text}".encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _drawing(dataset: Dataset) -> str:
    sample = dataset.sample
    drawn = f"key={dataset.key!r};sample={f'{sample.size},{sample.seed}' if sample else 'all'};"
    return drawn + "".join(f"{condition.model_dump_json()};" for condition in dataset.filter)


def _tell_apart(db: sqlite3.Connection, table: str, dataset: Dataset, secret: bytes) -> None:
    """Refuse a key that occurs twice; without a key column, give the second and later of identical rows new keys."""
    db.execute(f"CREATE TEMP TABLE twice AS SELECT key FROM {table} GROUP BY key HAVING count(*) > 1")  # noqa: S608
    if dataset.key is not None:
        first = db.execute(
            f"SELECT min(id), max(id), key FROM {table} WHERE key IN twice GROUP BY key ORDER BY 2 LIMIT 1"  # noqa: S608
        ).fetchone()
        if first:
            facts = {"row": first[1], "first_row": first[0]}
            raise Refusal("source_duplicate_keys", facts=facts, row=first[2])
        return
    db.create_function("rekeyed", 2, lambda key, ordinal: keyed_hash(secret, f"{key}#{ordinal}"))
    db.create_function("redrawn", 2, lambda lot, ordinal: _draw(ordinal, lot))
    redraw = ", draw = redrawn(draw, numbered.ordinal)" if table == "draft" else ""
    db.execute(
        f"UPDATE {table} SET key = rekeyed(key, numbered.ordinal){redraw} FROM ("  # noqa: S608
        f"  SELECT id, row_number() OVER (PARTITION BY key ORDER BY id) - 1 AS ordinal"
        f"  FROM {table} WHERE key IN twice"
        f") AS numbered WHERE numbered.id = {table}.id AND numbered.ordinal > 0"
    )


def _warnings(db: sqlite3.Connection, plan: Plan) -> tuple[str, ...]:
    """`reference_empty`: some rows have no reference; they stay in n, because leaving them out would be a choice."""
    if plan.dataset.reference is None:
        return ()
    place = needed_columns(plan).index(plan.dataset.reference)
    empty = db.execute(f"SELECT EXISTS (SELECT 1 FROM sample WHERE c{place} = '')").fetchone()[0]  # noqa: S608
    return ("reference_empty",) if empty else ()
