"""Forgetting: extents, results, grants and cached answers of runs that nobody has touched for long."""

import time
from contextlib import closing
from pathlib import Path

from .answers import open_database
from .site import Site

_PER_RUN = ("snapshots", "results", "grants")
_ANSWERS = "answers.sqlite"


def purge(site: Site, days: float) -> tuple[int, int]:
    """Delete what is older than `days` days: (files, cached answers). What runs have spent stays counted."""
    before = time.time() - days * 86_400
    old = [
        path for folder in _PER_RUN for path in site.folder(folder).iterdir() if path.stat().st_mtime < before
    ]
    for path in old:
        path.unlink(missing_ok=True)
    kept = {path.stem for path in site.folder("results").iterdir()}
    return len(old), _forget_answers(site.folder("engine") / _ANSWERS, kept)


def _forget_answers(path: Path, kept: set[str]) -> int:
    """Drop the cached answers of runs whose results are gone."""
    if not path.exists():
        return 0
    with closing(open_database(path)) as db:
        runs = {run for (run,) in db.execute("SELECT DISTINCT run FROM answers")}
        return sum(db.execute("DELETE FROM answers WHERE run = ?", (run,)).rowcount for run in runs - kept)
