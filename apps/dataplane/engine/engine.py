"""The engine: one per site process, an asyncio loop in a thread of its own."""

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from aiohttp import ClientSession

from ..answers import AnswerCache
from ..budget import Budget
from ..contract.messages import InHand
from ..contract.plan import AnthropicTarget, OpenAITarget, Plan
from ..samples import ChunkOutcome, Sample
from .attempt import session_for
from .breaker import Breaker
from .chunks import Chunk, ChunkFailure, failure_of
from .course import Course
from .endpoint import Endpoint
from .jobs import Job
from .local import Local
from .store import Store

_BREAKERS = 1000  # targets of runs whose breaker is remembered
log = logging.getLogger(__name__)


class Engine:
    """Concurrency, rpm and tpm of an endpoint hold across all chunks and runs: no chunk border drains the pipe.

    state: the site's own directory. resolve: turns a run's id and a reference into its value; raises
    LookupError when it is missing. train_rows: streams the training rows of a baseline target, with the
    dataset's input columns as fields and the label as reference.
    """

    def __init__(
        self,
        state: Path,
        *,
        resolve: Callable[[str, str], str],
        train_rows: Callable[[Plan, int], Iterable[Sample]],
    ) -> None:
        self.cache, self._budget = AnswerCache(state / "answers.sqlite"), Budget(state / "budget.sqlite")
        self._resolve, self._local = resolve, Local(train_rows)
        self._jobs: dict[str, Job] = {}
        self._endpoints: dict[tuple[str, str | None, str], Endpoint] = {}
        self._sessions: dict[tuple[str, float, str | None], ClientSession] = {}
        self._breakers: OrderedDict[tuple[str, int], Breaker] = OrderedDict()
        # One thread reads rows, so a source may be bound to the thread that opened it; another runs baselines.
        self.reader = ThreadPoolExecutor(1, "fieldwork-reader")
        self._hands = ThreadPoolExecutor(1, "fieldwork-local")
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self.store = Store(self.cache, self._budget, self._loop)
        self._thread = threading.Thread(target=self._loop.run_forever, name="fieldwork-engine", daemon=True)
        self._thread.start()

    def submit(self, chunk: Chunk, done: Callable[[ChunkOutcome | ChunkFailure], None]) -> None:
        """Take a chunk in hand; returns at once, from any thread.

        `done` is called once, on the engine's thread, and must not block. A job that is in hand already is
        not taken again: its attempt is raised in place, and this `done` is dropped.
        """
        self._loop.call_soon_threadsafe(self._accept, chunk, done)

    def renew(self, run: str) -> None:
        """A run begins, or is resumed: its minutes count from now, and its endpoints get another chance."""
        self._budget.restart(run)
        self._loop.call_soon_threadsafe(self._forget_breakers, run)

    def cancel(self, run: str) -> None:
        """Abort the calls of a run; its chunks end with stopped="cancelled". From any thread."""
        self._loop.call_soon_threadsafe(self._stop, lambda job: job.run == run, "cancelled", None)

    def in_hand(self) -> list[InHand]:
        """Every chunk in hand with its numbers so far. From any thread."""
        jobs = list(self._jobs.values())
        return [InHand(job=job.chunk.job, attempt=job.chunk.attempt, counts=job.counts()) for job in jobs]

    def close(self) -> None:
        """Stop; chunks in hand are dropped without a word, but what they were answered is kept."""
        try:
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self.cache.close()
            self._budget.close()

    # what endpoints share

    def breaker(self, where: tuple[str, int]) -> Breaker:
        """The breaker of a target in a run."""
        found = self._breakers.get(where)
        if found is None:
            found = self._breakers[where] = Breaker()
            if len(self._breakers) > _BREAKERS:
                self._breakers.popitem(last=False)
        return found

    def stop_all(self, where: tuple[str, int], why: str, detail: str | None = None) -> None:
        """End all chunks in hand of a target in a run."""
        self._stop(lambda job: job.where == where, why, detail)

    # on the loop

    def _forget_breakers(self, run: str) -> None:
        for where in [where for where in self._breakers if where[0] == run]:
            del self._breakers[where]

    def _accept(self, chunk: Chunk, done: Callable[[ChunkOutcome | ChunkFailure], None]) -> None:
        known = self._jobs.get(chunk.job)
        if known is not None:
            known.chunk.attempt = max(known.chunk.attempt, chunk.attempt)
            return
        job = Job(chunk, done, self._ended)
        self._jobs[chunk.job] = job
        self._spawn(self._begin(job))

    async def _begin(self, job: Job) -> None:
        try:
            await self._limit_time(job)
            if job.over:
                return
            if is_called(job):
                await self._begin_calls(job)
            else:
                await self._loop.run_in_executor(self._hands, self._local.execute, job)
                job.exhausted = True
                job.finish_when_done()
        except Exception as error:
            job.fail(failure_of(error))

    async def _begin_calls(self, job: Job) -> None:
        course = await self._loop.run_in_executor(
            self.reader, Course, job.chunk.plan, job.chunk.target, partial(self._resolve, job.run)
        )
        if job.over:
            return
        session = self._sessions.get(course.connection)
        if session is None:
            session = self._sessions[course.connection] = session_for(course)
        endpoint = self._endpoints.get(course.endpoint)
        if endpoint is None:
            endpoint = self._endpoints[course.endpoint] = Endpoint(self)
        endpoint.add(job, course, session)

    async def _limit_time(self, job: Job) -> None:
        started = await self._loop.run_in_executor(self.reader, self._budget.started, job.run)
        left = (job.chunk.started or started) + job.chunk.plan.limits.minutes * 60 - time.time()
        if left <= 0:
            job.stop("time_limit")
        elif not job.over:
            job.deadline = self._loop.call_later(left, job.stop, "time_limit")

    def _stop(self, which: Callable[[Job], bool], why: str, detail: str | None) -> None:
        for job in [job for job in self._jobs.values() if which(job)]:
            job.stop(why, detail)

    def _ended(self, job: Job) -> None:
        for endpoint in self._endpoints.values():
            endpoint.remove(job)
        self._spawn(self._report(job))

    async def _report(self, job: Job) -> None:
        """Hand over the result once everything that was paid for is on disk."""
        try:
            await self.store.flush()
        except Exception as error:
            job.result = failure_of(error)
        self._jobs.pop(job.chunk.job, None)
        try:
            job.report()
        except Exception:
            log.exception("the receiver of chunk %s failed", job.chunk.job)
        reads = self.reader if is_called(job) else self._hands
        await self._loop.run_in_executor(reads, job.close_rows)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self) -> None:
        for job in self._jobs.values():
            job.over = True
        for endpoint in self._endpoints.values():
            await endpoint.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for session in self._sessions.values():
            await session.close()
        for thread in (self.reader, self._hands):
            await self._loop.run_in_executor(None, partial(thread.shutdown, cancel_futures=True))
        await self.store.close()


def is_called(job: Job) -> bool:
    """Whether its target is an endpoint, rather than something that the site executes itself."""
    return isinstance(job.chunk.plan.targets[job.chunk.target], OpenAITarget | AnthropicTarget)
