"""Forgetting: extents, results, grants and cached answers of runs, by age or by name."""

import time
from collections.abc import Callable, Collection, Iterable
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
    _unlink(old)
    kept = {path.stem for path in site.folder("results").iterdir()}
    return len(old), _forget_answers(site, lambda run: run not in kept)  # whose results are gone


def purge_runs(site: Site, runs: Collection[str]) -> tuple[int, int]:
    """Delete what is kept of these runs, however new: (files, cached answers). What they have spent stays counted."""
    found = [path for folder in _PER_RUN for path in site.folder(folder).iterdir() if path.stem in runs]
    _unlink(found)
    return len(found), _forget_answers(site, lambda run: run in runs)


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _forget_answers(site: Site, forgotten: Callable[[str], bool]) -> int:
    """Drop the cached answers of those runs."""
    path = site.folder("engine") / _ANSWERS
    if not path.exists():
        return 0
    with closing(open_database(path)) as db:
        runs = [run for (run,) in db.execute("SELECT DISTINCT run FROM answers") if forgotten(run)]
        return sum(db.execute("DELETE FROM answers WHERE run = ?", (run,)).rowcount for run in runs)
