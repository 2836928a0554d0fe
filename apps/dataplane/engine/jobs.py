"""A job: a chunk in hand, from its submission to its outcome."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice

from ..contract.messages import Counts
from ..samples import ChunkOutcome, Outcome, Sample
from .chunks import Chunk, ChunkFailure
from .counts import counts_of

Done = Callable[[ChunkOutcome | ChunkFailure], None]


class Job:
    """All of it lives on the engine's loop, but `read`, which the reading thread calls, and `counts`.

    outstanding: samples that were read and have neither an outcome nor a final error yet.
    """

    def __init__(self, chunk: Chunk, done: Done, ended: Callable[["Job"], None]) -> None:
        self.chunk, self._done, self._ended = chunk, done, ended
        self.outcomes: list[Outcome] = []
        self.outstanding = 0
        self.exhausted = False
        self.over = False
        self.calls: dict[object, asyncio.Task[None]] = {}  # in flight
        self.timers: dict[object, asyncio.TimerHandle] = {}  # waiting for another attempt
        self.deadline: asyncio.TimerHandle | None = None
        self.result: ChunkOutcome | ChunkFailure | None = None
        self._rows: Iterator[Sample] | None = None

    @property
    def run(self) -> str:
        return self.chunk.plan.run

    @property
    def where(self) -> tuple[str, int]:
        return self.run, self.chunk.target

    def read(self, most: int) -> list[Sample]:
        """The next rows of the chunk, none when there are no more."""
        if self._rows is None:
            self._rows = iter(self.chunk.rows())
        return list(islice(self._rows, most))

    def close_rows(self) -> None:
        """Let go of the rows; a generator closes what it reads from."""
        rows, self._rows = self._rows, iter(())
        close = getattr(rows, "close", None)
        if close:
            close()

    def counts(self) -> Counts:
        return counts_of(tuple(self.outcomes))

    def add(self, outcome: Outcome) -> None:
        """A sample has come to its end."""
        self.outcomes.append(outcome)
        self.outstanding -= 1

    def finish_when_done(self) -> None:
        if self.over or not self.exhausted or self.outstanding:
            return
        if len(self.outcomes) < self.chunk.size:
            detail = f"{len(self.outcomes)} of {self.chunk.size} rows"
            self._end(ChunkFailure("snapshot_missing", "", detail))
        else:
            self._end(ChunkOutcome(sorted(self.outcomes, key=lambda outcome: outcome.sample.n)))

    def stop(self, why: str, detail: str | None = None) -> None:
        """End it now with what it has; calls in flight are aborted."""
        if not self.over:
            made = sorted(tuple(self.outcomes), key=lambda outcome: outcome.sample.n)
            self._end(ChunkOutcome(made, why, detail))

    def fail(self, failure: ChunkFailure) -> None:
        if not self.over:
            self._end(failure)

    def report(self) -> None:
        """Hand over the result."""
        if self.result is not None:
            self._done(self.result)

    def _end(self, result: ChunkOutcome | ChunkFailure) -> None:
        self.over, self.result = True, result
        if self.deadline:
            self.deadline.cancel()
        for task in self.calls.values():
            task.cancel()
        for timer in self.timers.values():
            timer.cancel()
        self._ended(self)
