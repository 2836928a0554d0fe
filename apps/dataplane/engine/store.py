"""The engine's side of the answer cache and the budget: everything of one moment goes into one transaction."""

import asyncio
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ..answers import AnswerCache, Kept
from ..budget import Ask, Budget

_DELAY = 0.05  # seconds that an answer may wait for others before it is written


@dataclass(slots=True)
class _Batch:
    answers: list[Kept] = field(default_factory=list)
    changes: list[tuple[str, int]] = field(default_factory=list)
    asks: list[tuple[Ask, asyncio.Future[bool]]] = field(default_factory=list)
    flushes: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def urgent(self) -> bool:
        return bool(self.asks or self.flushes)


class Store:
    """Lives on the engine's loop; writes in a thread of its own."""

    def __init__(self, cache: AnswerCache, budget: Budget, loop: asyncio.AbstractEventLoop) -> None:
        self._cache, self._budget, self._loop = cache, budget, loop
        self._thread = ThreadPoolExecutor(1, "fieldwork-store")
        self._pending = _Batch()
        self._writing = False
        self._timer: asyncio.TimerHandle | None = None
        self._error: BaseException | None = None
        self._unsettled: Counter[str] = Counter()  # calls in flight here, by run
        self._refused: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)

    def keep(self, answer: Kept) -> None:
        """Write an answer soon, at the latest with the next flush."""
        self._pending.answers.append(answer)
        self._soon()

    async def reserve(self, ask: Ask) -> bool:
        """Whether the call may be made; then `settle` must follow.

        A refusal is final only when no call of this run is in flight here: one that is may yet cost less than
        it reserved.
        """
        while not await self._ask(ask):
            if not self._unsettled[ask.run]:
                return False
            settled = self._loop.create_future()
            self._refused[ask.run].append(settled)
            await settled
        return True

    def settle(self, run: str, change: int) -> None:
        """End a reservation: `change` is the actual cost less the reserved one."""
        self._unsettled[run] -= 1
        if not self._unsettled[run]:
            del self._unsettled[run]
        if change:
            self._pending.changes.append((run, change))
            self._soon()
        for waiter in self._refused.pop(run, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def flush(self) -> None:
        """Return when all that was kept and settled before is on disk. Raises what writing raised."""
        done: asyncio.Future[None] = self._loop.create_future()
        self._pending.flushes.append(done)
        self._start()
        await done
        if self._error:
            error, self._error = self._error, None
            raise error

    async def close(self) -> None:
        try:
            await self.flush()
        finally:
            self._thread.shutdown()

    async def _ask(self, ask: Ask) -> bool:
        answer: asyncio.Future[bool] = self._loop.create_future()
        self._pending.asks.append((ask, answer))
        self._loop.call_soon(self._start)
        try:
            return await answer
        except asyncio.CancelledError:
            if answer.done() and not answer.cancelled() and answer.result():
                self.settle(ask.run, -ask.amount)
            raise

    def _soon(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(_DELAY, self._start)

    def _start(self) -> None:
        if self._writing:
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        batch, self._pending = self._pending, _Batch()
        if not (batch.answers or batch.changes or batch.urgent):
            return
        self._writing = True
        written = self._loop.run_in_executor(self._thread, self._write, batch)
        written.add_done_callback(lambda future: self._written(batch, future))

    def _write(self, batch: _Batch) -> list[bool]:
        if batch.answers:
            self._cache.keep(batch.answers)
        if batch.changes or batch.asks:
            return self._budget.settle(batch.changes, [ask for ask, _ in batch.asks])
        return []

    def _written(self, batch: _Batch, future: asyncio.Future[list[bool]]) -> None:
        self._writing = False
        error = future.exception()
        if error:
            self._error = error
        else:
            self._answer(batch, future.result())
        for done in batch.flushes:
            if not done.done():
                done.set_result(None)
        for _, answer in batch.asks if error else ():
            if not answer.done():
                answer.set_exception(error or RuntimeError())
        if self._pending.urgent:
            self._start()
        elif self._pending.answers or self._pending.changes:
            self._soon()

    def _answer(self, batch: _Batch, granted: list[bool]) -> None:
        # counted before any of them goes on, so that a refused one sees those that were granted beside it
        for (ask, answer), grant in zip(batch.asks, granted, strict=True):
            if grant:
                self._unsettled[ask.run] += 1
                if answer.done():
                    self.settle(ask.run, -ask.amount)
        for (_, answer), grant in zip(batch.asks, granted, strict=True):
            if not answer.done():
                answer.set_result(grant)
