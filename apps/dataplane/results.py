"""What became of every sample, kept at the site: one SQLite file a run, a row per target and sample."""

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from .contract.plan import Plan
from .readers.text import printable
from .refusal import Refusal
from .samples import Outcome

_COLUMNS = (
    "target", "n", "key", "kind", "scores", "prompt", "answer", "reference", "latency_ms",
    "input_tokens", "output_tokens", "cost", "cached", "detail",
)  # fmt: skip
_CACHE_KIB = 2048


def file_of(folder: Path, run: str) -> Path:
    return folder / f"{run}.sqlite"


def store(folder: Path, plan: Plan, target: int, outcomes: Iterable[Outcome]) -> None:
    """Insert or replace outcomes under (target, n), in one transaction."""
    path = file_of(folder, plan.run)
    if not path.exists():
        path.touch(mode=0o600)
    slices = [f"s{number}" for number in range(len(plan.dataset.slices))]
    columns = (*_COLUMNS, *slices)
    with closing(sqlite3.connect(path, timeout=60)) as db, db:
        db.execute("PRAGMA synchronous = OFF")  # what a power cut takes is executed again
        db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        db.execute(
            f"CREATE TABLE IF NOT EXISTS outcome ({', '.join(columns)}, PRIMARY KEY (target, n)) WITHOUT ROWID"
        )
        db.executemany(
            f"INSERT OR REPLACE INTO outcome VALUES ({', '.join('?' * len(columns))})",  # noqa: S608
            (_row(target, outcome) for outcome in outcomes),
        )


def opened(folder: Path, run: str) -> sqlite3.Connection:
    """For reading. Raises Refusal when the site keeps nothing of the run."""
    path = file_of(folder, run)
    if not path.exists():
        raise Refusal("snapshot_missing")
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
    db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return db


def kept(folder: Path, run: str, sample: str) -> Iterator[dict[str, Any]]:
    """Everything kept of one sample, target by target; `sample` is its number, its key or a prefix of that.

    Raises LookupError when nothing or more than one sample fits, Refusal when nothing is kept of the run.
    """
    with closing(opened(folder, run)) as db:
        db.row_factory = sqlite3.Row
        found = _numbers(db, sample)
        if not found:
            raise LookupError(f"no sample {sample!r} in run {run}")
        if len(found) > 1:
            raise LookupError(f"{sample!r} fits more than one sample; give more of the key")
        for row in db.execute("SELECT * FROM outcome WHERE n = ? ORDER BY target", found):
            yield {**row, "scores": json.loads(row["scores"])}


def _numbers(db: sqlite3.Connection, sample: str) -> Sequence[int]:
    """Up to two sample numbers that fit: a number of at most nine digits counts as n, anything else as a key."""
    if sample.isdecimal() and len(sample) <= 9:
        found = db.execute("SELECT DISTINCT n FROM outcome WHERE n = ?", (int(sample),))
    else:
        query = "SELECT DISTINCT n FROM outcome WHERE substr(key, 1, length(?1)) = ?1 LIMIT 2"
        found = db.execute(query, (sample,))
    return [n for (n,) in found]


def _row(target: int, outcome: Outcome) -> list[Any]:
    sample = outcome.sample
    texts = (outcome.prompt, outcome.answer, sample.reference)
    scores = {name: score for name, score in outcome.scores.items() if math.isfinite(score)}  # else no JSON
    return [
        target, sample.n, sample.key, outcome.kind, json.dumps(scores),
        *(text if text is None else printable(text) for text in texts),
        outcome.latency_ms, outcome.input_tokens, outcome.output_tokens, outcome.cost, outcome.cached,
        printable(outcome.detail), *sample.slices,
    ]  # fmt: skip
