"""Orders in, reports out: what is in hand, what has been answered, and nothing of how messages travel."""

import os
import threading
import uuid
from collections import ChainMap, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from . import inquiries, results
from .boundary import Boundary
from .contract.envelope import EnvelopeError, open_order
from .contract.messages import Body, Counts, InHand, Operation, Order
from .contract.plan import BaselineTarget, Plan
from .engine import Chunk, ChunkFailure, counts_of
from .grants import granted
from .journal import LOG
from .labels import Labels
from .objections import objection
from .readers import open_table
from .readers.access import Access
from .references import resolve_reference
from .refusal import Refusal
from .samples import ChunkOutcome, Sample
from .site import Site
from .snapshots import freeze, rows_of, verify
from .snapshots.columns import positions
from .tally import tally

_REMEMBERED = 200  # small, complete chunk reports that a late duplicate of an order gets again
_SMALL = 50  # rows
_THREADS = 3


class Runner(Protocol):
    """What orders need of the engine (see engine.Engine)."""

    def submit(self, chunk: Chunk, done: Callable[[ChunkOutcome | ChunkFailure], None]) -> None: ...
    def renew(self, run: str) -> None: ...
    def cancel(self, run: str) -> None: ...
    def in_hand(self) -> list[InHand]: ...
    def close(self) -> None: ...


Send = Callable[
    [Callable[[], str]], None
]  # takes what makes the envelope, so that it is signed when it leaves


@dataclass
class Task:
    """An order in hand. `attempt` is raised when the same job is ordered again meanwhile."""

    order: Order
    attempt: int
    cancelled: bool = False
    chunk: Chunk | None = None

    def watch(self) -> None:
        """Called between batches of a reading."""
        if self.cancelled:
            raise Refusal("cancelled")


class Orders:
    """Takes envelopes from any thread; hands readings to a pool and chunks to the engine."""

    def __init__(self, site: Site, send: Send, runner: Callable[["Orders"], Runner]) -> None:
        self.site = site
        self.boundary = Boundary(site, Labels(site.state))
        self.boot = uuid.uuid4().hex
        self.busy = threading.Event()  # set whenever something has been taken in hand
        self._send = send
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._answered: OrderedDict[str, Body] = OrderedDict()
        self._pool = ThreadPoolExecutor(_THREADS, "fieldwork-orders")
        self._desk = ThreadPoolExecutor(1, "fieldwork-reports")
        self._engine = runner(self)

    def perform(self, envelope: str) -> None:
        """Verify an order and take it in hand; returns within milliseconds. What is refused is reported."""
        try:
            order = open_order(envelope, key=self.site.control_key, audience=self.site.id)
        except EnvelopeError as error:
            LOG.warning("order refused: %s", error.code)
            self._report(self.boundary.failure("envelope", Refusal(error.code)))
            return
        if code := objection(order):
            LOG.warning("order %s refused: %s", order.job, code)
            self._report(self.boundary.failure("envelope", Refusal(code)), order, order.attempt)
        elif order.operation is Operation.CANCEL:
            self._cancel(order.run)
        else:
            self._take(order)

    def in_hand(self) -> list[tuple[Plan, InHand]]:
        """Every job in hand with its numbers so far."""
        counts = {hand.job: hand.counts for hand in self._engine.in_hand()}
        with self._lock:
            tasks = list(self._tasks.values())
        return [
            (
                task.order.plan,
                InHand(job=task.order.job, attempt=task.attempt, counts=counts.get(task.order.job, Counts())),
            )
            for task in tasks
        ]

    def heartbeat(self) -> str:
        """Signed: that the site lives and what it has in hand."""
        return self.boundary.seal(self.boundary.heartbeat(self.boot, self.in_hand()))

    def close(self) -> None:
        """Stop at once; what is in hand is ordered again by the control plane."""
        with self._lock:
            for task in self._tasks.values():
                task.cancelled = True
        self._engine.close()
        self._pool.shutdown(cancel_futures=True)
        self._desk.shutdown(cancel_futures=True)

    def resolve(self, run: str, reference: str) -> str:
        """A reference's value for this run, which may have been granted files and variables. Raises LookupError."""
        policy, given = self.site.policy(), granted(self.site.state, run)
        return resolve_reference(
            reference,
            policy=policy,
            secrets=self.site.folder("secrets"),
            roots=(*policy.roots, *given.roots),
            environment=ChainMap(dict(given.environment), os.environ),
        )

    def train_rows(self, plan: Plan, index: int) -> Iterator[Sample]:
        """Training rows of baseline target number `index`: input columns as fields, the label as reference."""
        target = plan.targets[index]
        reference = plan.dataset.reference
        if not isinstance(target, BaselineTarget) or reference is None:
            raise Refusal("plan_unsupported", detail="a baseline needs a reference column")
        with open_table(target.train, self._access(plan)) as table:
            *inputs, label = positions(table.columns, [*plan.dataset.input, reference])
            n = 0
            for batch in table.batches:
                for row in batch:
                    fields = {
                        name: row[at] or "" for name, at in zip(plan.dataset.input, inputs, strict=True)
                    }
                    yield Sample(n=n, key="", fields=fields, reference=row[label] or "")
                    n += 1

    def _take(self, order: Order) -> None:
        with self._lock:
            task = self._tasks.get(order.job)
            if task is not None:
                task.attempt = max(task.attempt, order.attempt)
                if task.chunk is not None:
                    task.chunk.attempt = task.attempt
                return
            answered = self._answered.get(order.job)
            if answered is None:
                task = self._tasks[order.job] = Task(order, order.attempt)
        if answered is not None:
            self._report(answered, order, order.attempt)
            return
        assert task is not None
        self.busy.set()
        self._pool.submit(self._begin, task)

    def _cancel(self, run: str) -> None:
        with self._lock:
            for task in self._tasks.values():
                if task.order.run == run:
                    task.cancelled = True
        self._engine.cancel(run)

    def _begin(self, task: Task) -> None:
        order = task.order
        try:
            if order.operation is Operation.CHUNK:
                self._begin_chunk(task)
            else:
                self._end(task, self._answer(task))
        except Exception as error:
            self._fail(task, error)

    def _answer(self, task: Task) -> Body:
        """The report on an order that is executed on the spot."""
        order, plan, boundary = task.order, task.order.plan, self.boundary
        if order.operation is Operation.TALLY:
            minimum = self.site.policy().minimum_group
            return boundary.tally(plan, tally(self.site.folder("results"), plan, minimum))
        if order.operation is Operation.TRY:
            return boundary.tried(inquiries.try_endpoint(plan, partial(self.resolve, plan.run)))
        access = self._access(plan)
        if order.operation is Operation.BROWSE:
            return boundary.browsed(*inquiries.browse(plan.dataset.source, access))
        if order.operation is Operation.PREVIEW:
            return boundary.previewed(plan, inquiries.preview(plan, access))
        drawing: dict[str, Any] = {
            "folder": self.site.folder("snapshots"),
            "secret": self.site.secret,
            "access": access,
            "watch": task.watch,
        }
        if order.operation is Operation.REHEARSE:
            return boundary.rehearsed(plan, inquiries.rehearse(plan, **drawing))
        extent = freeze(plan, expected=order.expected, **drawing)
        self._engine.renew(order.run)
        return boundary.frozen(extent)

    def _begin_chunk(self, task: Task) -> None:
        order, slot = task.order, task.order.slot
        assert slot is not None
        snapshots = self.site.folder("snapshots")
        if not task.cancelled:
            access = self._access(order.plan)
            verify(order.plan, folder=snapshots, secret=self.site.secret, access=access, watch=task.watch)

        def rows() -> Iterable[Sample]:
            return rows_of(snapshots, order.plan, slot.start, slot.stop)

        chunk = Chunk(
            job=order.job,
            attempt=task.attempt,
            plan=order.plan,
            target=slot.target,
            rows=rows,
            size=slot.stop - slot.start,
        )
        with (
            self._lock
        ):  # so that a cancellation comes either before, and is seen, or after, and finds the chunk
            cancelled = task.cancelled
            if not cancelled:
                chunk.attempt = task.attempt
                task.chunk = chunk
                self._engine.submit(chunk, lambda result: self._hand_in(task, result))
        if cancelled:
            self._hand_in(task, ChunkOutcome([], stopped="cancelled"))

    def _hand_in(self, task: Task, result: ChunkOutcome | ChunkFailure) -> None:
        """Called on the engine's thread, which must not wait for a disk."""
        try:
            self._desk.submit(self._finish, task, result)
        except RuntimeError:  # closing: the control plane will order it again
            LOG.info("job %s dropped while stopping", task.order.job)

    def _finish(self, task: Task, result: ChunkOutcome | ChunkFailure) -> None:
        plan, slot = task.order.plan, task.order.slot
        assert slot is not None
        try:
            if isinstance(result, ChunkFailure):
                LOG.error("job %s: %s %s %s", task.order.job, result.code, result.exception, result.detail)
                self._end(task, self.boundary.failure("chunk", result))
                return
            results.store(self.site.folder("results"), plan, slot.target, result.outcomes)
            counts = counts_of(result.outcomes, stopped=result.stopped, detail=result.stopped_detail)
            body = self.boundary.chunk(plan, slot, result, counts)
            whole = result.stopped is None and len(body.rows) <= _SMALL
            self._end(task, body, remember=whole)
        except Exception as error:
            self._fail(task, error)

    def _fail(self, task: Task, error: Exception) -> None:
        if isinstance(error, Refusal):
            LOG.warning("job %s refused: %s %s %s", task.order.job, error.code, error.facts, error.detail)
        else:
            LOG.error("job %s failed", task.order.job, exc_info=error)
        self._end(task, self.boundary.failure(str(task.order.operation), error))

    def _end(self, task: Task, body: Body, *, remember: bool = False) -> None:
        with self._lock:
            self._tasks.pop(task.order.job, None)
            attempt = task.attempt
            if remember:
                self._answered[task.order.job] = body
                if len(self._answered) > _REMEMBERED:
                    self._answered.popitem(last=False)
        self._report(body, task.order, attempt)

    def _report(self, body: Body, order: Order | None = None, attempt: int = 0) -> None:
        self._send(lambda: self.boundary.seal(body, order, attempt))

    def _access(self, plan: Plan) -> Access:
        policy = self.site.policy()
        roots = (*policy.roots, *granted(self.site.state, plan.run).roots)
        resolve = partial(self.resolve, plan.run)
        return Access(roots=roots, resolve=resolve, temp=self.site.folder("temp"), limits=policy.limits)
