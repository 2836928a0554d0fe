"""Everything of one machine: starts from nothing, survives being killed anywhere, and leaves no process."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from apps.config.environment import ROOT
from apps.config.supervisor import leftovers
from tests.factories.broker import drop

from .running import Fieldwork, until

pytestmark = [pytest.mark.slow, pytest.mark.faults]
ALL = Counter(["web", "site", "intake", "dispatcher", "control", "beat", "postgres"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "home"


@pytest.fixture
def fieldwork(home: Path) -> Iterator[Fieldwork]:
    """A running Fieldwork without demo; all tests share its home, as people do."""
    found = Fieldwork(home)
    found.start()
    until(lambda: found.programs() == ALL)
    yield found
    found.end()
    assert not leftovers.marked(home)
    assert not found.postmasters()


def test_an_empty_start_leads_to_the_first_administrator_and_ctrl_c_leaves_no_process(
    fieldwork: Fieldwork,
) -> None:
    assert fieldwork.said(f"Make the first administrator at {fieldwork.url}/")
    assert fieldwork.get("/") == 200
    until(fieldwork.heard)
    assert fieldwork.stop() == 0
    assert fieldwork.programs() == Counter()
    fieldwork.start()
    assert not fieldwork.said("applied"), "nothing had changed"
    assert not fieldwork.said("collected"), "nothing had changed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_leaves_no_process(fieldwork: Fieldwork, number: signal.Signals) -> None:
    assert fieldwork.stop(number) == 0
    assert fieldwork.programs() == Counter()


def test_a_start_that_is_interrupted_leaves_no_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "apps.config.supervisor", "run"],
        cwd=ROOT,
        env={**os.environ, "FIELDWORK_HOME": str(tmp_path / "home"), "DEMO": "0"},
        stdout=subprocess.PIPE,
        text=True,
    ) as starting:
        assert starting.stdout is not None
        assert "starting PostgreSQL" in starting.stdout.readline()
        starting.send_signal(signal.SIGINT)
        said, _ = starting.communicate()
    assert starting.returncode == 0, said
    assert Fieldwork(tmp_path / "home").programs() == Counter()


def test_only_the_web_server_listens_and_the_site_knows_nothing_of_control(fieldwork: Fieldwork) -> None:
    listening = {
        process.pid
        for process in [*leftovers.marked(fieldwork.home), *fieldwork.postmasters()]
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    web = fieldwork.find("web")
    assert listening == {web.pid, *(child.pid for child in web.children())}
    site = fieldwork.find("site")
    known = json.dumps([site.environ(), site.cmdline()])
    kept = [
        path.read_text() for path in (fieldwork.home / "sites").rglob("*") if path.is_file() and _text(path)
    ]
    for secret in (fieldwork.home / "keys").iterdir():
        if secret.name != "postgres-broker":
            assert secret.read_text().strip() not in known
            assert not any(secret.read_text().strip() in text for text in kept), secret.name


def _text(path: Path) -> bool:
    return path.suffix in {"", ".toml", ".json", ".key", ".txt"} and path.stat().st_size < 1_000_000


def test_a_second_start_says_who_runs_and_changes_nothing(fieldwork: Fieldwork) -> None:
    assert fieldwork.process is not None
    second = subprocess.run(
        [sys.executable, "-m", "apps.config.supervisor", "run"],
        cwd=ROOT,
        env={**os.environ, "FIELDWORK_HOME": str(fieldwork.home), "DEMO": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 2
    assert f"already runs in {fieldwork.home} at {fieldwork.url}" in second.stdout
    assert str(fieldwork.process.pid) in second.stdout
    assert fieldwork.programs() == ALL


def test_ports_of_other_programs_are_left_alone(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fieldwork = Fieldwork(home, FIELDWORK_PORT=str(port))
        try:
            fieldwork.start()
            assert fieldwork.said(f"port {port} is taken")
            assert not fieldwork.url.endswith(f":{port}")
            assert fieldwork.get("/") == 200
            with socket.create_connection(("127.0.0.1", port)):
                assert taken.accept()
        finally:
            fieldwork.end()


def test_after_kill_9_of_the_supervisor_the_next_start_leaves_one_of_each_and_every_row(
    fieldwork: Fieldwork,
) -> None:
    fieldwork.query("CREATE TABLE IF NOT EXISTS kept (n int)")
    fieldwork.query("INSERT INTO kept VALUES (1)")
    boot = until(fieldwork.heard)
    fieldwork.send(signal.SIGKILL)
    assert fieldwork.process is not None
    fieldwork.process.wait()
    fieldwork.start()
    until(lambda: fieldwork.programs() == ALL)
    assert fieldwork.query("SELECT n FROM kept") == [(1,)]
    assert fieldwork.get("/") == 200
    until(lambda: fieldwork.heard() not in {"", boot})


def test_after_kill_9_of_everything_at_once_it_starts_again(fieldwork: Fieldwork) -> None:
    fieldwork.query("CREATE TABLE IF NOT EXISTS kept_too (n int)")
    fieldwork.query("INSERT INTO kept_too VALUES (1)")
    assert fieldwork.process is not None
    fieldwork.process.kill()
    for process in [*fieldwork.postmasters(), *leftovers.marked(fieldwork.home)]:
        process.kill()
    fieldwork.process.wait()
    fieldwork.start()
    until(lambda: fieldwork.programs() == ALL)
    assert fieldwork.query("SELECT n FROM kept_too") == [(1,)]


def test_whatever_is_killed_comes_back_while_it_runs(fieldwork: Fieldwork) -> None:
    boot = until(fieldwork.heard)
    killed = [fieldwork.find(name) for name in ("web", "site", "intake", "dispatcher", "control", "beat")]
    killed += fieldwork.postmasters()
    for process in killed:
        process.kill()
    until(lambda: fieldwork.programs() == ALL and not any(process.is_running() for process in killed))
    assert fieldwork.said("postgres had ended")
    until(lambda: fieldwork.get("/") == 200)
    until(lambda: fieldwork.heard() not in {"", boot})


@pytest.mark.parametrize("how", ["schema", "database"])
def test_a_wiped_broker_is_made_again_and_the_site_is_heard(fieldwork: Fieldwork, how: str) -> None:
    until(fieldwork.heard)
    address = dict(fieldwork.facts()["database"])
    if how == "schema":
        drop(fieldwork.facts()["broker"])
    else:
        address |= {
            "user": "postgres",
            "dbname": "postgres",
            "password": (fieldwork.home / "keys" / "postgres-postgres").read_text(),
        }
        with psycopg.connect(**address, autocommit=True) as connection:
            connection.execute("DROP DATABASE broker WITH (FORCE)")
    fieldwork.query("UPDATE dispatch_site SET boot = ''")
    until(fieldwork.heard)
    until(lambda: fieldwork.programs() == ALL)


def test_with_the_demo_its_pilot_has_really_been_run(tmp_path: Path) -> None:
    fieldwork = Fieldwork(tmp_path / "home", DEMO="1")
    try:
        fieldwork.start()
        until(lambda: fieldwork.programs() == ALL + Counter(["practice"]))
        until(lambda: fieldwork.query("SELECT count(*) FROM pilots_run WHERE verdict IS NOT NULL") == [(4,)])
        people = [line for line in fieldwork.lines if "@demo.invalid" in line]
        assert len(people) == 6
        assert fieldwork.stop() == 0
        fieldwork.start()
        assert [line for line in fieldwork.lines if "@demo.invalid" in line] == people
        assert fieldwork.query("SELECT count(*) FROM pilots_run") == [(4,)]
    finally:
        fieldwork.end()
