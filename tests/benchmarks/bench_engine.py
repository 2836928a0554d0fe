"""Samples a second through the whole path, message to rows in PostgreSQL, beside a bare loop that only makes the calls.

    make bench-engine [ARGS="--samples 20000 --cases 0 50 500"]

Rates are between the first and the last request that the endpoint saw; queued → first request and last answer → done
are seconds on one clock. Each case needs a run of its own for both, in this order: bare loop, Fieldwork.
"""

import argparse
import asyncio
import csv
import json
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from apps.config.supervisor import leftovers
from tests.benchmarks.bench_engine_only import CASES, TEXT, bare, mock_endpoint, rate
from tests.benchmarks.fieldwork import fieldwork, manage

SPEC = """\
client: Benchmark
engagement: engine
dataset: {{source: {{kind: csv, path: rows.csv}}, input: [text], reference: label}}
prompt: "{{{{ text }}}}"
targets: [{{name: mock, kind: openai, base_url: "{address}/v1", model: "{model}"}}]
scorers: [exact]
limits: {{concurrency: {in_flight}, cost: 0}}
"""


def write_rows(path: Path, samples: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([f"{TEXT} {n}", f"{TEXT} {n}"] for n in range(samples))


def run_once(home: Path, folder: Path, spec: str) -> dict[str, Any]:
    """One `run_pilot`; returns what it printed and the ledger's moments."""
    path = folder / "spec.yml"
    path.write_text(spec)
    said = json.loads(manage(home, "run_pilot", str(path), "--json").stdout)
    moments = manage(home, "shell", "-v", "0", "-c", MOMENTS.format(run=said["run"])).stdout
    return {**said, **json.loads(moments)}


MOMENTS = """
import json
from apps.pilots.models import Result, Run
run = Run.objects.get(pk="{run}")
print(json.dumps(dict(
    queued=run.queued_at.timestamp(), finished=run.finished_at.timestamp(),
    stored=Result.objects.filter(run=run).count(),
)))
"""


def starts_of(address: str, model: str) -> list[float]:
    """Moments of the requests in seconds since the epoch (the endpoint tells the monotonic clock)."""
    with urllib.request.urlopen(f"{address}/stats?model={model}") as response:
        starts = json.load(response)["starts"]
    shift = time.time() - time.monotonic()
    return [start + shift for start in starts]


def compare(home: Path, folder: Path, address: str, case: tuple[int, int], samples: int) -> None:
    latency, in_flight = case
    model = f"echo@{latency}ms"
    asyncio.run(bare(address, model, samples, in_flight))
    alone = rate(address, model)
    write_rows(folder / "rows.csv", samples)
    before = cpu(home)
    told = run_once(home, folder, SPEC.format(address=address, model=model, in_flight=in_flight))
    starts = starts_of(address, model)
    whole = rate(address, model)
    value = told["targets"][0]["metrics"]["exact"]["value"]
    assert (told["status"], told["stored"], value) == ("done", samples, 1.0), told
    assert len(starts) == samples
    last_answer = max(starts) + latency / 1000
    print(
        f"{latency:>4} ms, {in_flight:>3} in flight: bare {alone:7.0f}/s  fieldwork {whole:7.0f}/s  "
        f"ratio {whole / alone:.2f}  queued to first request {min(starts) - told['queued']:.2f} s  "
        f"last answer to done {told['finished'] - last_answer:.2f} s",
        flush=True,
    )
    spent = {name: 1000 * (after - before.get(name, 0)) / samples for name, after in cpu(home).items()}
    print(
        "      CPU seconds per 1,000 samples:",
        ", ".join(f"{name} {each:.2f}" for name, each in spent.items()),
    )


def cpu(home: Path) -> dict[str, float]:
    """CPU seconds so far of each part of this Fieldwork."""
    found: dict[str, float] = {}
    for process in leftovers.marked(home):
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            name = next((part for part in PARTS if part in line), "other")
            times = process.cpu_times()
            found[name] = found.get(name, 0.0) + times.user + times.system
    return found


PARTS = ("dataplane", "intake", "dispatcher", "postgres", "celery")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--cases", type=int, nargs="*", default=[latency for latency, _ in CASES])
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="fieldwork-bench-") as name,
        mock_endpoint() as address,
        fieldwork(Path(name) / "home") as home,
    ):
        folder = Path(name) / "pilot"
        folder.mkdir()
        for case in CASES:
            if case[0] in options.cases:
                compare(home, folder, address, case, options.samples)


if __name__ == "__main__":
    main()
