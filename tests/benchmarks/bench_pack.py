"""Time and peak memory of handing over and bringing along a run, for a small and a large one.

    make bench-pack [ARGS="--results 2000 200000"]

Each step has a process of its own, so that a peak is its own; the ratio of the last to the first is printed.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.fieldwork import fieldwork, manage

STEPS = ("export", "check", "import")


def make(number: int) -> None:
    """Run inside `manage.py shell`: an engagement with one run of so many results, as a large pilot leaves them."""
    from django.utils import timezone

    from apps.core.copying import copy_rows
    from apps.engagements.models import Engagement
    from apps.pilots.models import Result, Run
    from tests.factories.runs import make_evaluation, make_run

    evaluation = make_evaluation(client="Benchmark", engagement=f"pack {number}")
    done = {"state": Run.State.DONE, "finished_at": timezone.now(), "level": "full", "rows": number}
    run = make_run(evaluation=evaluation, targets=1, **done)
    words = ("invoice", "damage", "address", "renewal", "complaint", "refund", "broker")
    rows = (
        {
            "run_id": run.pk, "target": 0, "n": n, "key": f"{n * 2654435761 % 2**32:08x}", "kind": "ok",
            "scores": [float(n % 7 > 0)], "latency_ms": 100 + n % 97 / 7, "input_tokens": 40 + n % 30,
            "output_tokens": 3, "cost": 1e-6 * (n % 13), "cached": "", "slices": [words[n % 7]],
            "input": f"{words[n % 7]} {n} about the {words[n % 5]} of {n * 7919}", "answer": words[n % 3],
            "reference": words[n % 7],
        }
        for n in range(number)
    )  # fmt: skip
    copy_rows(Result, rows)
    print(Engagement.objects.get(name=f"pack {number}").slug)


def step(name: str, number: int, folder: str) -> None:
    """Run inside `manage.py shell`: one step; prints its seconds and its peak in MB as JSON."""
    import resource
    import time

    from apps.engagements.models import Engagement
    from apps.handover.services.exporting import archive
    from apps.handover.services.importing import check_pack, import_pack

    path, size = Path(folder) / f"{number}.zip", 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    if name == "export":
        with open(path, "wb") as file:
            for piece in archive(Engagement.objects.get(name=f"pack {number}")):
                file.write(piece)
        size = path.stat().st_size
    else:
        (check_pack if name == "check" else import_pack)(by=None, path=path, name=f"again {number}")
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": took, "peak": peak / 1024, "before": before / 1024, "size": size / 2**20}))


def inside(home: Path, call: str) -> str:
    """What a call of this module prints inside a process of that Fieldwork."""
    code = f"from tests.benchmarks import bench_pack; bench_pack.{call}"
    return manage(home, "shell", "-v", "0", "-c", code).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, nargs=2, default=[2_000, 200_000])
    numbers = parser.parse_args().results
    found: dict[tuple[str, int], dict[str, float]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="fieldwork-bench-") as name,
        fieldwork(Path(name) / "home") as home,
    ):
        for number in numbers:
            inside(home, f"make({number})")
            for each in STEPS:
                found[each, number] = json.loads(inside(home, f"step({each!r}, {number}, {name!r})"))
    small, large = numbers
    for each in STEPS:
        first, last = found[each, small], found[each, large]
        sys.stdout.write(
            f"{each}: {last['seconds']:.1f} s for {large:,} results ({large / last['seconds']:,.0f} a second); "
            f"peak {first['peak']:.0f} MB at {small:,}, {last['peak']:.0f} MB at {large:,}, "
            f"{last['before']:.0f} MB before\n"
        )
    sys.stdout.write(f"the pack has {found['export', large]['size']:.1f} MB\n")


if __name__ == "__main__":
    main()
