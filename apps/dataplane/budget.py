"""What the runs of a site may still spend, shared by all its processes.

Money is counted in whole picodollars (1e-12 USD), the price of a millionth of a token at 1 USD per million:
integers add up to the same sum in any order.
"""

import math
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .answers import open_database
from .contract.plan import Price

USD = 10**12
_MOST = 2**60  # picodollars: about a million USD, and sums of a few still fit into 64 bits
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
  run TEXT PRIMARY KEY, started REAL NOT NULL, counted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""


class Ask(NamedTuple):
    """Reserve `amount` for a run whose sum must stay within `cap` (both in picodollars)."""

    run: str
    amount: int
    cap: int


def price_of(price: Price | None, input_tokens: int, output_tokens: int) -> int:
    """Picodollars, rounded up."""
    if price is None:
        return 0
    total = _per_token(price.input) * input_tokens + _per_token(price.output) * output_tokens
    return min(total, _MOST)


def cap_of(cost: float) -> int:
    """A run's limit in picodollars."""
    return round(min(max(cost, 0.0), _MOST / USD) * USD)


def _per_token(usd_per_million: float) -> int:
    return math.ceil(round(min(usd_per_million, 1e9) * 1_000_000, 3))


class Budget:
    """A row per run: when it began here, and the sum of settled costs and of reservations not settled yet.

    A reservation that nobody settles (its process was killed, its call aborted) stays counted: the endpoint
    may have charged for it.
    """

    def __init__(self, path: Path) -> None:
        self._database = open_database(path)
        self._database.execute(_SCHEMA)
        self._lock = threading.Lock()

    def started(self, run: str) -> float:
        """The unix time at which the run began here, or was last resumed."""
        with self._lock:
            self._database.execute(
                "INSERT OR IGNORE INTO runs (run, started) VALUES (?, ?)", (run, time.time())
            )
            row = self._database.execute("SELECT started FROM runs WHERE run = ?", (run,)).fetchone()
        return float(row[0])

    def restart(self, run: str) -> None:
        """Let the run's time count from now; what it has spent stays counted."""
        with self._lock:
            self._database.execute(
                "INSERT INTO runs (run, started) VALUES (:run, :now) ON CONFLICT (run) DO UPDATE SET started = :now",
                {"run": run, "now": time.time()},
            )

    def counted(self, run: str) -> int:
        """Picodollars spent or reserved."""
        with self._lock:
            row = self._database.execute("SELECT counted FROM runs WHERE run = ?", (run,)).fetchone()
        return int(row[0]) if row else 0

    def settle(self, changes: Sequence[tuple[str, int]], asks: Sequence[Ask] = ()) -> list[bool]:
        """In one transaction: correct the sums of runs, then answer each ask, in order.

        An ask that would pass its cap is refused and reserves nothing.
        """
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                for run, change in changes:
                    self._database.execute(
                        "UPDATE runs SET counted = counted + ? WHERE run = ?", (change, run)
                    )
                granted = [self._reserve(ask) for ask in asks]
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
        return granted

    def _reserve(self, ask: Ask) -> bool:
        self._database.execute(
            "INSERT OR IGNORE INTO runs (run, started) VALUES (?, ?)", (ask.run, time.time())
        )
        done = self._database.execute(
            "UPDATE runs SET counted = counted + :amount WHERE run = :run AND counted + :amount <= :cap",
            ask._asdict(),
        )
        return done.rowcount == 1

    def close(self) -> None:
        with self._lock:
            self._database.close()
