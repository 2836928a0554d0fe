"""The page of a finished run and of its samples: its time at 1,000 and at 1,000,000 samples, side by side.

    make bench-page [ARGS="--samples 1000 1000000"]

Rows are written into the table of a Fieldwork of its own; the page is asked for in turn, small run and large run,
and the medians and their ratio are printed.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.fieldwork import fieldwork, manage

FILL = """
INSERT INTO pilots_result (run_id, target, n, key, kind, scores, latency_ms, cached, slices)
SELECT %s, 0, n, md5(n::text),
    CASE WHEN n = 990 THEN 'refused' WHEN n %% 50 = 0 THEN 'timeout' ELSE 'ok' END, ARRAY[n %% 2], n %% 900, '', '{}'
FROM generate_series(0, %s - 1) AS n
"""


def measure(sizes: tuple[int, int], rounds: int) -> None:
    """Run inside `manage.py shell`: fill, ask, print."""
    from django.db import connection
    from django.test import Client

    from apps.accounts.models import Role
    from tests.factories import make_user
    from tests.factories.runs import make_run

    client = Client()
    client.force_login(make_user(role=Role.ADMIN))
    runs = [make_run(targets=1, state="done", level="scores", rows=size) for size in sizes]
    with connection.cursor() as cursor:
        for run, size in zip(runs, sizes, strict=True):
            cursor.execute(FILL, [run.pk, size])
            run.targets.update(done=size, errors={"timeout": size // 50})
        cursor.execute("ANALYZE pilots_result")
    for path in (
        "/runs/{run}/",
        "/runs/{run}/samples/?kind=timeout",
        "/runs/{run}/samples/?kind=refused",
        "/runs/{run}/samples/?after={last}",
    ):
        taken: list[list[float]] = [[], []]
        for number in range(rounds + 1):
            for run, size, times in zip(runs, sizes, taken, strict=True):
                began = time.perf_counter()
                response = client.get(path.format(run=run.pk, last=size - 60), HTTP_HOST="localhost")
                assert response.status_code == 200, response
                if number:  # the first warms caches
                    times.append(time.perf_counter() - began)
        medians = [1000 * statistics.median(times) for times in taken]
        sys.stdout.write(
            f"{path}: {medians[0]:.1f} ms at {sizes[0]:,} samples, {medians[1]:.1f} ms at {sizes[1]:,}: "
            f"{medians[1] / medians[0]:.2f}\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs=2, default=[1_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="fieldwork-bench-") as name,
        fieldwork(Path(name) / "home") as home,
    ):
        call = f"from tests.benchmarks.bench_page import measure; measure({tuple(options.samples)}, {options.rounds})"
        sys.stdout.write(manage(home, "shell", "-v", "0", "-c", call).stdout)


if __name__ == "__main__":
    main()
