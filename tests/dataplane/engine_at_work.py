"""What tests of the engine share: the mock endpoint in a thread, and an engine that can be waited for."""

import asyncio
import itertools
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apps.dataplane.contract.plan import (
    AnthropicTarget,
    BaselineTarget,
    CsvSource,
    Dataset,
    Limits,
    OpenAITarget,
    Plan,
    RecordedTarget,
    Scorer,
)
from apps.dataplane.engine import Chunk, ChunkFailure, Engine
from apps.dataplane.samples import ChunkOutcome, Sample
from tests.benchmarks.mock_endpoint import Endpoint, Tally

PATIENCE = 60.0  # seconds; far more than anything here takes
EXACT = Scorer(name="exact", kind="exact")
Target = OpenAITarget | AnthropicTarget | RecordedTarget | BaselineTarget
_numbers = itertools.count()


class Mock:
    """A running mock endpoint."""

    def __init__(self, port: int, endpoint: Endpoint, scheme: str) -> None:
        self.address, self.endpoint = f"{scheme}://127.0.0.1:{port}", endpoint

    def tally(self, model: str) -> Tally:
        return self.endpoint.tallies[model]

    def target(self, model: str, *, name: str = "model", **more: Any) -> OpenAITarget:
        return OpenAITarget(name=name, base_url=f"{self.address}/v1", model=model, **more)

    def claude(self, model: str, **more: Any) -> AnthropicTarget:
        return AnthropicTarget(name="claude", base_url=self.address, model=model, **more)


@contextmanager
def running_mock(tls: ssl.SSLContext | None = None) -> Iterator[Mock]:
    endpoint, loop = Endpoint(), asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(endpoint.protocol, "127.0.0.1", 0, ssl=tls))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield Mock(server.sockets[0].getsockname()[1], endpoint, "https" if tls else "http")
    finally:
        asyncio.run_coroutine_threadsafe(_close(server, endpoint), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server, endpoint: Endpoint) -> None:
    server.close()
    for transport in endpoint.transports:
        transport.abort()
    await server.wait_closed()
    while endpoint.transports:  # noqa: ASYNC110 - a turn of the loop or two
        await asyncio.sleep(0)


def plan_of(*targets: Target, run: str | None = None, **more: Any) -> Plan:
    """A plan over rows with a `text`; every call makes another run."""
    more.setdefault("scorers", (EXACT,))
    dataset = Dataset(source=CsvSource(path="rows.csv"), input=("text",), reference="label")
    more.setdefault("prompt", "{{ text }}")
    return Plan(run=run or f"run-{next(_numbers)}", dataset=dataset, targets=targets, **more)


def rows_of(
    texts: Iterable[str], *, start: int = 0, labels: Iterable[str | None] | None = None
) -> list[Sample]:
    """One row per text, whose reference is the text itself unless `labels` says otherwise."""
    texts = list(texts)
    references = list(labels) if labels is not None else list(texts)
    return [
        Sample(start + at, f"{start + at:064x}", {"text": text}, reference)
        for at, (text, reference) in enumerate(zip(texts, references, strict=True))
    ]


class Pending:
    """A chunk that was submitted."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk, self.calls = chunk, 0
        self._result: ChunkOutcome | ChunkFailure | None = None
        self._ended = threading.Event()

    def __call__(self, result: ChunkOutcome | ChunkFailure) -> None:
        self.calls += 1
        self._result = result
        self._ended.set()

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def result(self) -> ChunkOutcome | ChunkFailure:
        assert self._ended.wait(PATIENCE), "the chunk did not end"
        assert self._result is not None
        return self._result

    def outcome(self) -> ChunkOutcome:
        result = self.result()
        assert isinstance(result, ChunkOutcome), result
        return result

    def failure(self) -> ChunkFailure:
        result = self.result()
        assert isinstance(result, ChunkFailure), result
        return result


class Site:
    """An engine with its state in `state`."""

    def __init__(
        self, state: Path, secrets: dict[str, str] | None = None, train: Iterable[Sample] = ()
    ) -> None:
        self.secrets = secrets or {}
        self.train = list(train)
        self.trained = 0
        self.engine = Engine(state, resolve=self._resolve, train_rows=self._train_rows)

    def _resolve(self, run: str, reference: str) -> str:
        return self.secrets[reference]

    def _train_rows(self, plan: Plan, target: int) -> Iterable[Sample]:
        self.trained += 1
        return iter(self.train)

    def submit(
        self, plan: Plan, rows: list[Sample] | Callable[[], Iterable[Sample]], *, target: int = 0, **more: Any
    ) -> Pending:
        if isinstance(rows, list):
            size, opened = len(rows), lambda: iter(rows)
        else:
            size, opened = more.pop("size"), rows
        job = more.pop("job", f"job-{next(_numbers)}")
        chunk = Chunk(job, more.pop("attempt", 1), plan, target, opened, size, **more)
        pending = Pending(chunk)
        self.engine.submit(chunk, pending)
        return pending

    def outcome(self, plan: Plan, rows: list[Sample], **more: Any) -> ChunkOutcome:
        return self.submit(plan, rows, **more).outcome()


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    waiter, waited = threading.Event(), 0.0
    while not condition():
        waiter.wait(0.005)
        waited += 0.005
        assert waited < PATIENCE, "waited for too long"


def limits(**given: Any) -> Limits:
    return Limits(**{"retries": 1, "timeout": 20.0, **given})
