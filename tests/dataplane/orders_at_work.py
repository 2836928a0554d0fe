"""Orders with a runner that does what a test tells it, and a sender that keeps what would leave."""

import base64
import json
import threading
from collections.abc import Callable
from typing import Any

from apps.dataplane.contract.envelope import CONTROL, load_key, open_report, seal
from apps.dataplane.contract.messages import Counts, InHand, Operation, Order, Report, Slot
from apps.dataplane.contract.plan import Plan
from apps.dataplane.engine import Chunk, ChunkFailure
from apps.dataplane.orders import Orders
from apps.dataplane.samples import ChunkOutcome, Outcome
from apps.dataplane.site import Site

from .conftest import CONTROL_KEY

PATIENCE = 30.0  # seconds; far more than anything here takes
Result = ChunkOutcome | ChunkFailure


class Runner:
    """Holds chunks until the test answers them, or answers each at once with `answer`."""

    def __init__(self) -> None:
        self.held: list[tuple[Chunk, Callable[[Result], None]]] = []
        self.cancelled: list[str] = []
        self.renewed: list[str] = []
        self.answer: Callable[[Chunk], Result] | None = None
        self.closed = False

    def submit(self, chunk: Chunk, done: Callable[[Result], None]) -> None:
        if self.answer is not None:
            done(self.answer(chunk))
        else:
            self.held.append((chunk, done))

    def renew(self, run: str) -> None:
        self.renewed.append(run)

    def cancel(self, run: str) -> None:
        self.cancelled.append(run)

    def in_hand(self) -> list[InHand]:
        return [InHand(job=chunk.job, attempt=chunk.attempt, counts=Counts(done=1)) for chunk, _ in self.held]

    def close(self) -> None:
        self.closed = True


class World:
    """A site at work without a broker."""

    def __init__(self, site: Site) -> None:
        self.site, self.runner = site, Runner()
        self.envelopes: list[str] = []
        self._changed = threading.Condition()
        self.orders = Orders(site, self._send, lambda _: self.runner)

    def _send(self, envelope: Callable[[], str]) -> None:
        with self._changed:
            self.envelopes.append(envelope())
            self._changed.notify_all()

    def order(self, operation: Operation, plan: Plan, job: str, attempt: int = 1, **more: Any) -> Order:
        return Order(
            operation=operation,
            job=job,
            attempt=attempt,
            run=plan.run,
            plan=plan,
            digest=plan.digest(),
            **more,
        )

    def give(self, operation: Operation, plan: Plan, job: str, attempt: int = 1, **more: Any) -> None:
        order = self.order(operation, plan, job, attempt, **more)
        self.orders.perform(seal(order, key=CONTROL_KEY, issuer=CONTROL, audience=self.site.id))

    def chunk(self, plan: Plan, job: str, attempt: int = 1, start: int = 0, stop: int = 3) -> None:
        self.give(Operation.CHUNK, plan, job, attempt, slot=Slot(target=0, start=start, stop=stop))

    def until(self, condition: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), self.reports()

    def await_reports(self, count: int) -> list[Report]:
        self.until(lambda: len(self.envelopes) >= count)
        return self.reports()

    def await_held(self, count: int) -> None:
        tried = threading.Event()
        for _ in range(int(PATIENCE * 100)):
            if len(self.runner.held) >= count:
                return
            tried.wait(0.01)
        raise AssertionError(self.reports())

    def report_on(self, operation: Operation, plan: Plan, job: str, **more: Any) -> Report:
        before = len(self.envelopes)
        self.give(operation, plan, job, **more)
        return self.await_reports(before + 1)[before]

    def reports(self) -> list[Report]:
        key = load_key(self.site.public_key)
        return [open_report(envelope, key=key, issuer=self.site.id) for envelope in self.envelopes]

    def bytes_out(self) -> str:
        """All that left, headers and payloads, decoded."""
        parts = []
        for envelope in self.envelopes:
            header, payload, _ = envelope.split(".")
            parts += [_decoded(header), _decoded(payload)]
            parts.append(json.dumps(json.loads(parts[-1]), ensure_ascii=False))
        return "\n".join(parts)


def _decoded(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def answered(chunk: Chunk, **outcome: Any) -> ChunkOutcome:
    """Each row of the chunk answered alike."""
    return ChunkOutcome(
        [
            Outcome(sample=sample, **{"kind": "ok", "scores": {"exact": 1.0}, **outcome})
            for sample in chunk.rows()
        ]
    )
