"""A client's own site on the same machine: one command, its client's jobs and no other's, under its own policy."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.config.environment import ROOT
from tests.benchmarks.bench_engine import write_rows
from tests.benchmarks.fieldwork import environment, fieldwork, manage

from .running import ask, until

pytestmark = pytest.mark.slow
SPEC = """\
client: {client}
engagement: second site
dataset: {{source: {{kind: csv, path: {path}}}, input: [text], reference: label, slices: [label]}}
targets: [{{name: old, kind: recorded, column: label}}]
privacy: full
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with fieldwork(tmp_path / "home") as found:
        yield found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "theirs").mkdir()
    write_rows(tmp_path / "theirs" / "rows.csv", 30)
    return tmp_path / "theirs"


@pytest.fixture
def site(home: Path, data: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "start_site", "Second Bank", "--root", str(data)],
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(
            lambda: ask(
                home, "SELECT 1 FROM dispatch_site WHERE client_id IS NOT NULL AND heard_at IS NOT NULL"
            )
        )
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def pilot(home: Path, folder: Path, client: str, path: str) -> dict[str, Any]:
    spec = folder / f"{client}.yml"
    spec.write_text(SPEC.format(client=client, path=path))
    return dict(json.loads(manage(home, "run_pilot", str(spec), "--json", check=False).stdout))


def test_it_takes_its_own_clients_jobs_and_its_policy_decides(home: Path, data: Path, site: None) -> None:
    theirs = pilot(home, data, "Second Bank", "rows.csv")
    others = pilot(home, data, "Another Bank", "rows.csv")
    assert (theirs["status"], others["status"]) == ("done", "done")
    by_client = dict(
        ask(
            home,
            "SELECT c.name, (s.client_id = c.id) FROM pilots_run r JOIN dispatch_site s ON s.id = r.site_id "
            "JOIN pilots_evaluation v ON v.id = r.evaluation_id "
            "JOIN engagements_engagement e ON e.id = v.engagement_id "
            "JOIN engagements_client c ON c.id = e.client_id",
        )
    )
    assert by_client == {"Second Bank": True, "Another Bank": None}
    kept = ask(home, f"SELECT slices, input, answer FROM pilots_result WHERE run_id = '{theirs['run']}'")
    assert all(text is None for _, *texts in kept for text in texts), "the site's policy stops at scores"
    assert all(slices[0].startswith("label#") for slices, *_ in kept), "and keeps names"
