"""Whatever is killed, wiped or doubled in mid-run: afterwards the run completes with every sample exactly once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from apps.config import runtime
from apps.config.environment import ROOT
from apps.config.supervisor.leftovers import MARK
from tests.benchmarks.bench_engine import write_rows
from tests.benchmarks.fieldwork import environment
from tests.factories.broker import drop

from . import running

pytestmark = [pytest.mark.faults, pytest.mark.slow]
SAMPLES = 2000
PATIENCE = 240  # seconds; generous, because the machine may be busy
SPEC = """\
client: Faulty client
engagement: faults
dataset: {{source: {{kind: csv, path: rows.csv}}, input: [text], reference: label}}
prompt: "{{{{ text }}}}"
targets:
  - {{name: mock, kind: openai, base_url: "{address}/v1", model: "echo@100ms"}}
  - {{name: old, kind: recorded, column: label}}
limits: {{concurrency: 16, retries: 8}}
"""


def processes(home: Path, *words: str) -> list[psutil.Process]:
    """The processes of this home whose command line has all those words."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            ours = str(home) in line or process.environ().get(MARK) == str(home)
            if ours and all(word in line for word in words):
                found.append(process)
    return found


def kill(home: Path, *words: str) -> None:
    found = processes(home, *words)
    assert found, f"no process with {words}"
    for process in found:
        os.kill(process.pid, signal.SIGKILL)


def broker(home: Path) -> "psycopg.Connection[Any]":
    return psycopg.connect(runtime.read(home)["broker"].removeprefix("pgmq:"), autocommit=True)


def wipe(home: Path) -> None:
    """The broker loses everything: queues, messages, the schema itself."""
    drop(runtime.read(home)["broker"])


def triple(home: Path) -> None:
    """From now on every message is delivered three times."""
    with broker(home) as connection:
        queues = connection.execute("SELECT queue_name FROM pgmq.meta").fetchall()
        for (queue,) in queues:
            connection.execute(
                f"""
                CREATE FUNCTION pgmq.again_{queue}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO pgmq.q_{queue} (vt, message, headers)
                    SELECT NEW.vt, NEW.message, NEW.headers FROM generate_series(1, 2);
                    RETURN NULL;
                END $$;
                CREATE TRIGGER again AFTER INSERT ON pgmq.q_{queue} FOR EACH ROW
                WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION pgmq.again_{queue}();
                """
            )


FAULTS: dict[str, Callable[[Path], None]] = {
    "site worker killed": lambda home: kill(home, "apps.dataplane.cli", "run"),
    "intake killed": lambda home: kill(home, "apps.config.intake"),
    "dispatcher killed": lambda home: kill(home, "manage.py", "dispatcher"),
    "postgres killed": lambda home: kill(home, "bin/postgres", "-D"),
    "broker wiped": wipe,
    "every message three times": triple,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_run_completes_with_every_sample_exactly_once(
    fault: str, home: Path, address: str, tmp_path: Path
) -> None:
    write_rows(tmp_path / "rows.csv", SAMPLES)
    (tmp_path / "spec.yml").write_text(SPEC.format(address=address))
    run = begin(home, tmp_path / "spec.yml", fault)
    wait(lambda: stored(home, run) > SAMPLES / 10, "the run to be under way")
    assert not is_over(home, run)
    FAULTS[fault](home)
    wait(lambda: is_over(home, run), "the run to be over")
    assert ask(home, "SELECT state, reason FROM pilots_run WHERE id = %s", run) == [("done", "")]
    rows = ask(home, "SELECT target, n, scores FROM pilots_result WHERE run_id = %s ORDER BY target, n", run)
    assert rows == [(target, n, [1.0]) for target in (0, 1) for n in range(SAMPLES)]
    counters = ask(home, "SELECT done FROM pilots_runtarget WHERE run_id = %s ORDER BY position", run)
    assert counters == [(SAMPLES,), (SAMPLES,)]


def begin(home: Path, spec: Path, name: str) -> str:
    """Queue a run through `run_pilot`, which then is no longer needed; returns the run's id."""
    starting = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "run_pilot", str(spec), "--json", "--name", name],
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return str(wait(lambda: run_of(home, name), "the run to be queued"))
    finally:
        starting.kill()
        starting.wait()


def ask(home: Path, query: str, *given: str) -> list[tuple[Any, ...]]:
    """Rows of the control plane's tables; none while the database is away."""
    with suppress(psycopg.OperationalError):
        return running.ask(home, query, *given)
    return []


def run_of(home: Path, name: str) -> str | None:
    found = ask(
        home,
        "SELECT run.id FROM pilots_run run JOIN pilots_evaluation e ON e.id = run.evaluation_id WHERE e.name = %s",
        name,
    )
    return str(found[0][0]) if found else None


def stored(home: Path, run: str) -> int:
    found = ask(home, "SELECT count(*) FROM pilots_result WHERE run_id = %s", run)
    return int(found[0][0]) if found else 0


def is_over(home: Path, run: str) -> bool:
    found = ask(home, "SELECT state FROM pilots_run WHERE id = %s", run)
    return bool(found) and found[0][0] not in ("queued", "running")


def wait(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {PATIENCE} s for {what}")
