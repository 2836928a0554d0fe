"""An endpoint as the site sees it: one queue and one set of limits for all chunks of all runs calling it."""

import asyncio
import logging
from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from aiohttp import ClientSession

from ..answers import AnswerCache
from ..samples import Outcome
from .attempt import Answered, Failed, attempt, paid
from .breaker import Breaker
from .chunks import failure_of
from .course import Call, Course
from .jobs import Job
from .limits import Gate
from .retry import backoff
from .store import Store

log = logging.getLogger(__name__)
_LONG = 64 * 1024  # characters of an answer that is scored in a thread, so that other calls go on


class Shared(Protocol):
    """What all endpoints of an engine have in common."""

    store: Store
    cache: AnswerCache
    reader: ThreadPoolExecutor

    def breaker(self, where: tuple[str, int]) -> Breaker: ...

    def stop_all(self, where: tuple[str, int], why: str, detail: str | None = None) -> None: ...


class Item:
    """A call on its way, with the attempts that failed so far."""

    __slots__ = ("call", "course", "failures", "job")

    def __init__(self, job: Job, course: Course, call: Call) -> None:
        self.job, self.course, self.call, self.failures = job, course, call, 0


class Endpoint:
    """Workers take calls from one queue that is refilled across the borders of chunks; runs take turns.

    Where runs set different limits, the smallest of those in hand holds. At most about twice the concurrency
    plus two windows of rows is alive at any time.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared, self._loop = shared, asyncio.get_running_loop()
        self._gate = Gate()
        self._limit = 1
        self._runs: OrderedDict[str, deque[tuple[Job, Course, ClientSession]]] = OrderedDict()
        self._sessions: dict[Job, ClientSession] = {}
        self._ready: deque[Item] = deque()
        self._again: deque[Item] = deque()  # whose wait is over
        self._waiting = 0
        self._loading = False
        self._workers: set[asyncio.Task[None]] = set()
        self._idle: list[asyncio.Future[None]] = []

    def add(self, job: Job, course: Course, session: ClientSession) -> None:
        """Take a job in hand."""
        self._runs.setdefault(job.run, deque()).append((job, course, session))
        self._sessions[job] = session
        self._set_limits()
        self._refill()

    def remove(self, job: Job) -> None:
        """Let go of a job that is over: none of its calls is made any more."""
        if job not in self._sessions:
            return
        del self._sessions[job]
        self._forget(job)
        self._waiting -= len(job.timers)
        job.timers.clear()
        if job.result is None or job.outstanding:
            self._ready = deque(item for item in self._ready if item.job is not job)
            self._again = deque(item for item in self._again if item.job is not job)
        self._set_limits()
        self._refill()

    async def close(self) -> None:
        """Abort all calls and make no more."""
        self._runs.clear()
        self._ready.clear()
        self._again.clear()
        for worker in list(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    # the queue

    @property
    def _window(self) -> int:
        """Rows that are read at a time, and read ahead."""
        return max(64, self._limit // 2)

    def _refill(self) -> None:
        """Read ahead, one batch at a time, so that no worker waits at the border of a chunk."""
        window = self._window
        if self._loading or len(self._ready) >= window or not self._runs:
            self._staff()
            return
        run, jobs = next(iter(self._runs.items()))
        self._runs.move_to_end(run)
        job, course, _ = jobs[0]
        self._loading = True
        loaded = self._loop.run_in_executor(
            self._shared.reader, _load, job, course, self._shared.cache, window
        )
        loaded.add_done_callback(lambda future: self._loaded(job, course, window, future))
        self._staff()

    def _loaded(
        self,
        job: Job,
        course: Course,
        window: int,
        future: "asyncio.Future[tuple[list[Outcome], list[Call]]]",
    ) -> None:
        self._loading = False
        error = None if future.cancelled() else future.exception()
        if job.over or future.cancelled():
            self._refill()
            return
        if error:
            job.fail(failure_of(error))
            return
        outcomes, calls = future.result()
        job.outstanding += len(outcomes) + len(calls)
        self._ready.extend(Item(job, course, call) for call in calls)
        if len(outcomes) + len(calls) < window:
            job.exhausted = True
            self._forget(job)
        for outcome in outcomes:
            job.add(outcome)
        job.finish_when_done()
        self._refill()

    def _forget(self, job: Job) -> None:
        """Read no more of it."""
        kept = deque(entry for entry in self._runs.get(job.run, ()) if entry[0] is not job)
        if kept:
            self._runs[job.run] = kept
        else:
            self._runs.pop(job.run, None)

    def _take(self) -> Item | None:
        """The next call: first those that are due again; nothing new while too many wait for theirs."""
        if self._again:
            return self._again.popleft()
        if not self._ready or self._waiting > self._limit:
            return None
        item = self._ready.popleft()
        if not self._loading and self._runs and len(self._ready) < self._window:
            self._refill()
        return item

    # the workers

    def _set_limits(self) -> None:
        limits = [job.chunk.plan.limits for job in self._sessions]
        if not limits:
            return
        self._limit = max(1, min(limit.concurrency for limit in limits))
        rpm = min((limit.rpm for limit in limits if limit.rpm), default=None)
        tpm = min((limit.tpm for limit in limits if limit.tpm), default=None)
        self._gate.limit(rpm, tpm)

    def _staff(self) -> None:
        """Wake or hire as many workers as there are calls to make."""
        wanted = len(self._again) + (len(self._ready) if self._waiting <= self._limit else 0)
        while wanted > 0 and self._idle:
            sleeper = self._idle.pop()
            if not sleeper.done():
                sleeper.set_result(None)
                wanted -= 1
        while wanted > 0 and len(self._workers) < self._limit:
            worker = self._loop.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._left)
            wanted -= 1

    def _left(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and (error := worker.exception()):
            log.error("a worker of an endpoint broke", exc_info=error)
        self._staff()

    async def _work(self) -> None:
        while len(self._workers) <= self._limit:
            item = self._take()
            if item is None:
                sleeper = self._loop.create_future()
                self._idle.append(sleeper)
                await sleeper
            elif not item.job.over:
                try:
                    await self._serve(item)
                except Exception as error:
                    item.job.fail(failure_of(error))

    async def _serve(self, item: Item) -> None:
        job, course, call = item.job, item.course, item.call
        task = asyncio.current_task()
        assert task is not None
        job.calls[item] = task
        try:
            if not self._gate.open:
                await self._gate.enter(call.tokens)
            result = await self._made(item)
            outcome = None
            if isinstance(result, Answered) and len(result.answer.text) > _LONG:
                outcome = await self._loop.run_in_executor(self._shared.reader, _scored, course, call, result)
        finally:
            job.calls.pop(item, None)
        if job.over:
            return
        if result is None:
            self._shared.stop_all(job.where, "cost_cap")
        elif isinstance(result, Failed):
            self._failed(item, result)
        else:
            self._answered(item, outcome or _scored(course, call, result), result)

    async def _made(self, item: Item) -> Answered | Failed | None:
        """One attempt, paid for where that is due; None when it could have passed the cost limit."""
        course, call, session = item.course, item.call, self._sessions[item.job]
        if not course.priced:
            result = await attempt(session, course, call.prompt)
            self._refund(call, result)
            return result
        if not await self._shared.store.reserve(course.ask(call)):
            return None
        change = 0  # what an aborted call has reserved stays counted
        try:
            result = await attempt(session, course, call.prompt)
            change = paid(course, call, result) - call.worst
        finally:
            self._shared.store.settle(course.plan.run, change)
        self._refund(call, result)
        return result

    def _refund(self, call: Call, result: Answered | Failed) -> None:
        if self._gate.open:
            return
        if isinstance(result, Failed):
            self._gate.refund(call.tokens if result.free else 0)
            return
        read, written = result.answer.input_tokens, result.answer.output_tokens
        if read is not None and written is not None:
            self._gate.refund(call.tokens - read - written)

    # how a call ends

    def _answered(self, item: Item, outcome: Outcome, result: Answered) -> None:
        job, course = item.job, item.course
        outcome.latency_ms = result.latency_ms
        if course.plan.cache != "off":
            self._shared.store.keep(course.kept(item.call, outcome, result.answer.kind))
        self._shared.breaker(job.where).succeeded()
        job.add(outcome)
        job.finish_when_done()

    def _failed(self, item: Item, failed: Failed) -> None:
        job = item.job
        item.failures += 1
        if failed.again and item.failures <= job.chunk.plan.limits.retries:
            self._waiting += 1
            wait = backoff(item.failures, failed.told)
            job.timers[item] = self._loop.call_later(wait, self._due, item)
            return
        outcome = Outcome(item.call.sample, failed.kind, prompt=item.call.prompt, detail=failed.detail)
        job.add(outcome)
        if self._shared.breaker(job.where).failed(failed.kind):
            self._shared.stop_all(job.where, "endpoint_dead", failed.kind)
        job.finish_when_done()

    def _due(self, item: Item) -> None:
        del item.job.timers[item]
        self._waiting -= 1
        self._again.append(item)
        self._staff()


def _load(job: Job, course: Course, cache: AnswerCache, most: int) -> tuple[list[Outcome], list[Call]]:
    return course.prepare(job.read(most), cache)


def _scored(course: Course, call: Call, result: Answered) -> Outcome:
    answer = result.answer
    return course.outcome(call, answer.text, answer.kind, answer.input_tokens, answer.output_tokens)
