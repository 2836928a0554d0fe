"""Peak memory of the site and of the control worker that takes results, for a small and a large run.

    make bench-memory [ARGS="--samples 2000 200000"]

Each run has a Fieldwork of its own, so that a peak is its own; the ratio of the last to the first is printed.
"""

import argparse
import tempfile
from pathlib import Path

from apps.config.supervisor import leftovers
from tests.benchmarks.bench_engine import run_once, write_rows
from tests.benchmarks.bench_engine_only import mock_endpoint
from tests.benchmarks.fieldwork import fieldwork

PARTS = {"site": "apps.dataplane.cli", "intake": "apps.config.intake"}
SPEC = """\
client: Benchmark
engagement: memory
dataset: {{source: {{kind: csv, path: rows.csv}}, input: [text], reference: label}}
prompt: "{{{{ text }}}}"
targets: [{{name: mock, kind: openai, base_url: "{address}/v1", model: echo}}]
limits: {{concurrency: 32, cost: 0}}
"""


def peaks(home: Path) -> dict[str, float]:
    """The highest resident memory so far, in MB (Linux keeps it as VmHWM)."""
    found = {}
    for process in leftovers.marked(home):
        line = " ".join(process.cmdline())
        for name, part in PARTS.items():
            if part in line:
                status = Path(f"/proc/{process.pid}/status").read_text()
                found[name] = int(status.split("VmHWM:")[1].split()[0]) / 1024
    return found


def measure(samples: int, address: str) -> dict[str, float]:
    with (
        tempfile.TemporaryDirectory(prefix="fieldwork-bench-") as name,
        fieldwork(Path(name) / "home") as home,
    ):
        folder = Path(name) / "pilot"
        folder.mkdir()
        write_rows(folder / "rows.csv", samples)
        told = run_once(home, folder, SPEC.format(address=address))
        assert (told["status"], told["stored"]) == ("done", samples), told
        return peaks(home)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs=2, default=[2_000, 200_000])
    small, large = parser.parse_args().samples
    with mock_endpoint() as address:
        first, last = measure(small, address), measure(large, address)
    for name in PARTS:
        print(f"{name}: {first[name]:.0f} MB at {small:,} samples, {last[name]:.0f} MB at {large:,}: "
              f"{last[name] / first[name]:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
