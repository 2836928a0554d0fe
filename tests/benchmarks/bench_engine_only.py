"""Samples a second of the engine beside a bare aiohttp loop that only makes the same calls, in one run.

    python -m tests.benchmarks.bench_engine_only [--samples 20000] [--chunk 500] [--cost] [--rounds 1] [--profile]

No message, no ledger, no results: those are measured by `bench_engine`. Rates are from first to last request.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from apps.dataplane.contract.plan import CsvSource, Dataset, Limits, OpenAITarget, Plan, Price, Scorer
from apps.dataplane.engine import Chunk, ChunkFailure, Engine
from apps.dataplane.samples import ChunkOutcome, Sample

CASES = ((0, 32), (50, 64), (500, 256))  # latency in ms, calls in flight
TEXT = "How do I locate my card, which was sent to me last week?"


@contextmanager
def mock_endpoint() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.mock_endpoint"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def rate(address: str, model: str) -> float:
    """Requests a second between the first and the last that the endpoint saw."""
    with urllib.request.urlopen(f"{address}/stats?model={model}") as response:
        starts = json.load(response)["starts"]
    urllib.request.urlopen(f"{address}/stats/reset").close()
    return float((len(starts) - 1) / (max(starts) - min(starts)))


async def bare(address: str, model: str, samples: int, in_flight: int) -> None:
    """What any client must do: post, read, decode."""
    numbers = iter(range(samples))
    url = f"{address}/v1/chat/completions"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def work() -> None:
            for n in numbers:
                turns = [{"role": "user", "content": f"{TEXT}\n{n}"}]
                body = json.dumps({"model": model, "max_tokens": 256, "messages": turns}).encode()
                async with session.post(
                    url, data=body, headers={"Content-Type": "application/json"}
                ) as response:
                    json.loads(await response.read())

        await asyncio.gather(*(work() for _ in range(in_flight)))


def engine(address: str, model: str, samples: int, in_flight: int, size: int, cost: bool) -> None:
    plan = Plan(
        run=model,
        dataset=Dataset(source=CsvSource(path="x.csv"), input=("text",), reference="category"),
        prompt="Which number is the last?\n{{ text }}",
        targets=(
            OpenAITarget(
                name="mock",
                base_url=f"{address}/v1",
                model=model,
                price=Price(input=0.1, output=0.4) if cost else None,
            ),
        ),
        scorers=(Scorer(name="exact", kind="exact"),),
        limits=Limits(concurrency=in_flight, cost=100.0),
    )
    left, right = threading.Semaphore(0), []

    def rows(start: int, stop: int) -> Iterator[Sample]:
        for n in range(start, stop):
            yield Sample(n, f"{n:064x}", {"text": f"{TEXT}\n{n}"}, str(n))

    def ended(outcome: ChunkOutcome | ChunkFailure) -> None:
        assert isinstance(outcome, ChunkOutcome), outcome
        right.append(sum(row.scores["exact"] for row in outcome.outcomes))
        left.release()

    with tempfile.TemporaryDirectory() as state:
        site = Engine(Path(state), resolve=str, train_rows=lambda plan, target: ())
        starts = range(0, samples, size)
        ahead = iter(starts)
        for _ in range(4):  # as many chunks in hand as a worker prefetches
            submit_next(site, plan, ahead, size, samples, rows, ended)
        for _ in starts:
            left.acquire()
            submit_next(site, plan, ahead, size, samples, rows, ended)
        site.close()
    assert sum(right) == samples, right


def submit_next(site, plan, ahead, size, samples, rows, ended) -> None:  # type: ignore[no-untyped-def]
    start = next(ahead, None)
    if start is not None:
        stop = min(start + size, samples)
        site.submit(Chunk(f"{plan.run}-{start}", 1, plan, 0, lambda: rows(start, stop), stop - start), ended)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--chunk", type=int, default=500)
    parser.add_argument("--cost", action="store_true", help="with a price, so that every call is reserved")
    parser.add_argument("--case", type=int, choices=range(len(CASES)), help="only this one")
    parser.add_argument("--rounds", type=int, default=1, help="repeat, where other work disturbs the machine")
    parser.add_argument("--profile", action="store_true", help="profile the engine's thread, without latency")
    given = parser.parse_args()
    if given.profile:
        profile(given.samples, given.chunk)
        return
    print(f"{'latency':>8} {'in flight':>9} {'bare/s':>8} {'engine/s':>9} {'ratio':>6} {'CPU ms/sample':>20}")
    cases = CASES if given.case is None else (CASES[given.case],)
    for latency, in_flight in cases * given.rounds:
        with mock_endpoint() as address:
            model, began = f"echo@{latency}ms", cpu()
            asyncio.run(bare(address, model, given.samples, in_flight))
            bare_rate, bare_cpu, began = rate(address, model), cpu() - began, cpu()
            engine(address, model, given.samples, in_flight, given.chunk, given.cost)
            engine_rate, engine_cpu = rate(address, model), cpu() - began
        per = 1000 / given.samples
        print(
            f"{latency:>5} ms {in_flight:>9} {bare_rate:>8.0f} {engine_rate:>9.0f} {engine_rate / bare_rate:>6.2f}"
            f" {bare_cpu * per:>8.3f} / {engine_cpu * per:.3f}",
            flush=True,
        )


def profile(samples: int, size: int) -> None:
    profiler = cProfile.Profile()
    run = asyncio.BaseEventLoop.run_forever

    def profiled(loop: asyncio.BaseEventLoop) -> None:
        profiler.runcall(run, loop)

    asyncio.BaseEventLoop.run_forever = profiled  # type: ignore[method-assign]
    with mock_endpoint() as address:
        engine(address, "echo", samples, 32, size, False)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
