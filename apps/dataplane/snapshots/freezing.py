"""Freezing: one pass over the source into a file that holds only the needed columns, in the order drawn.

Everything that grows with the source (sorting, counting duplicates) is left to SQLite on disk.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ..contract.messages import Extent
from ..contract.plan import Plan, PostgresSource
from ..readers import open_table
from ..readers.access import Access, locate
from ..refusal import Refusal
from .drawing import Watch, draw_rows
from .store import CACHE_KIB, SnapshotMissing, file_of, kept_extent, read_facts, source_text, write_fact


def freeze(
    plan: Plan,
    *,
    folder: Path,
    secret: bytes,
    access: Access,
    expected: str | None = None,
    watch: Watch = lambda: None,
) -> Extent:
    """Freeze the plan's dataset, or confirm that what was frozen before is still what the source holds.

    Raises Refusal: whatever the reader refuses, `source_changed`, `source_duplicate_keys`, `source_empty_key`.
    """
    extent = kept_extent(folder, plan)
    if extent is None:
        extent = _build(plan, folder, secret, access, watch)
    elif _moved(plan, folder, access) is not False:
        _confirm(plan, folder, secret, access, watch)
    if expected is not None and extent.digest != expected:
        raise Refusal("source_changed")
    return extent


def verify(plan: Plan, *, folder: Path, secret: bytes, access: Access, watch: Watch = lambda: None) -> None:
    """Before a chunk: notice a file that is no longer what was frozen. Cheap while the file is untouched.

    Raises Refusal (`source_changed`, `snapshot_missing`).
    """
    if kept_extent(folder, plan) is None:
        raise SnapshotMissing
    if _moved(plan, folder, access):
        _confirm(plan, folder, secret, access, watch)


def fingerprint(plan: Plan, access: Access) -> str | None:
    """Size, times and inode of a file; None for a database, which has nothing as cheap."""
    source = plan.dataset.source
    if isinstance(source, PostgresSource):
        return None
    root, below = locate(source.path, access.roots)
    try:
        status = os.stat(root / below)
    except OSError as error:
        raise Refusal("source_not_found") from error
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_dev}:{status.st_ino}"


def _moved(plan: Plan, folder: Path, access: Access) -> bool | None:
    """Whether the file has been touched since it was last found to hold what was frozen; None: it cannot be told."""
    now = fingerprint(plan, access)
    return None if now is None else now != read_facts(file_of(folder, plan.run)).get("fingerprint")


def _confirm(plan: Plan, folder: Path, secret: bytes, access: Access, watch: Watch) -> None:
    """Read the source again; remember the new fingerprint when the content is the same."""
    path = file_of(folder, plan.run)
    before = fingerprint(plan, access)
    scratch = path.with_suffix(f".again.{os.getpid()}")
    try:
        again = _pour(plan, scratch, secret, access, watch)
    finally:
        scratch.unlink(missing_ok=True)
    kept = kept_extent(path.parent, plan)
    if kept is None or again.digest != kept.digest:
        raise Refusal("source_changed")
    if before is not None:
        write_fact(path, "fingerprint", before)


def _build(plan: Plan, folder: Path, secret: bytes, access: Access, watch: Watch) -> Extent:
    part = folder / f".{plan.run}.{os.getpid()}"
    part.unlink(missing_ok=True)
    try:
        extent = _pour(plan, part, secret, access, watch)
        part.replace(file_of(folder, plan.run))
    finally:
        part.unlink(missing_ok=True)
    return extent


def _pour(plan: Plan, path: Path, secret: bytes, access: Access, watch: Watch) -> Extent:
    """Read the source into a new snapshot at `path`."""
    before = fingerprint(plan, access)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for name, value in {"journal_mode": "OFF", "synchronous": "OFF", "temp_store": "FILE"}.items():
            db.execute(f"PRAGMA {name} = {value}")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute(f"PRAGMA temp.cache_size = -{CACHE_KIB}")
        db.execute("BEGIN")
        with open_table(plan.dataset.source, access) as table:
            extent = draw_rows(db, plan, table, secret, watch)
        if fingerprint(plan, access) != before:
            raise Refusal("source_changed")
        facts = {"extent": extent.model_dump_json(), "source": source_text(plan), "fingerprint": before or ""}
        db.execute("CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        db.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())
        db.execute("COMMIT")
    return extent
