"""What Fieldwork costs while nobody uses it: CPU of all processes together over a minute, as a share of one core.

    python -m tests.benchmarks.bench_idle [--seconds 60] [--home FOLDER of one that runs]

The issue asks for less than 3 %. Children that come and go (PostgreSQL's) count through their parents.
"""

import argparse
import tempfile
import time
from pathlib import Path

import psutil

from apps.config.supervisor import leftovers
from apps.config.supervisor.lock import holder
from tests.e2e.running import Fieldwork, until

LIMIT = 3.0
SETTLE = 30.0  # seconds after the start, whose own work is not idling


def spent(home: Path) -> dict[str, float]:
    """CPU seconds so far, by program."""
    fieldwork = Fieldwork(home)
    supervisor = psutil.Process((holder(home) or {})["pid"])
    found = {"supervisor": _seconds(supervisor, children=False)}
    for process in leftovers.marked(home):
        name = fieldwork.name_of(process)
        found[name] = found.get(name, 0.0) + _seconds(process)
    for process in fieldwork.postmasters():
        everybody = [process, *process.children(recursive=True)]
        found["postgres"] = sum(_seconds(one) for one in everybody)
    return found


def _seconds(process: psutil.Process, *, children: bool = True) -> float:
    times = process.cpu_times()
    own = times.user + times.system
    return float(own + (times.children_user + times.children_system if children else 0.0))


def measure(home: Path, seconds: float) -> float:
    """Print a line per program; returns the total in percent of one core."""
    before, begun = spent(home), time.monotonic()
    time.sleep(seconds)
    after, lasted = spent(home), time.monotonic() - begun
    shares = {name: (after[name] - before.get(name, 0.0)) / lasted * 100 for name in after}
    for name, share in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"{name:<12}{share:6.2f} %")
    total = sum(shares.values())
    print(f"{'together':<12}{total:6.2f} %  over {lasted:.0f} s; the limit is {LIMIT} %")
    return total


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--home", type=Path, help="measure the Fieldwork that runs there")
    options = parser.parse_args()
    if options.home:
        return int(measure(options.home, options.seconds) >= LIMIT)
    with tempfile.TemporaryDirectory() as folder:
        fieldwork = Fieldwork(Path(folder) / "home", DEMO="1")
        try:
            fieldwork.start()
            until(lambda: fieldwork.query("SELECT 1 FROM pilots_run WHERE state = 'done'"))
            time.sleep(SETTLE)
            return int(measure(fieldwork.home, options.seconds) >= LIMIT)
        finally:
            fieldwork.end()


if __name__ == "__main__":
    raise SystemExit(main())
