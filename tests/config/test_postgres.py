"""The embedded PostgreSQL: private, its own, and back after whatever happened to it or to its parent."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from apps.config import runtime
from apps.config.environment import ROOT
from apps.config.postgres import Cluster, PostgresError, binaries, ensure_broker, ensure_databases, sockets
from apps.config.postgres.identity import Identity, choose
from apps.config.postgres.leftovers import _working_in
from tests.conftest import FORGETFUL

PLAIN = Identity("plain", os.geteuid(), os.geteuid())
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One cluster for this file, which starts and stops it."""
    cluster = Cluster(tmp_path_factory.mktemp("home"), tuning={"fsync": "off"})  # only power may fail
    cluster.start()
    ensure_databases(cluster)
    yield cluster
    cluster.stop()


@pytest.fixture
def own(made: Cluster) -> Cluster:
    """The cluster, running, with one row that must not be lost."""
    if not made.alive():
        made.start()
    ensure_databases(made)
    with psycopg.connect(**made.address("fieldwork", "fieldwork")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("TRUNCATE kept")
        connection.execute("INSERT INTO kept VALUES (7)")
    return made


def kept(cluster: Cluster) -> list[tuple[int]]:
    with psycopg.connect(**cluster.address("fieldwork", "fieldwork")) as connection:
        return connection.execute("SELECT n FROM kept").fetchall()


def test_listens_on_a_private_socket_and_on_no_port(own: Cluster) -> None:
    assert stat.S_IMODE(own.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(own.data.stat().st_mode) == 0o700
    assert own.process is not None
    assert psutil.Process(own.process.pid).net_connections(kind="inet") == []


def test_passwords_are_random_and_readable_by_the_owner_only(own: Cluster) -> None:
    keys = [own.home / "keys" / f"postgres-{role}" for role in ("postgres", "fieldwork", "broker")]
    assert len({key.read_text() for key in keys}) == 3
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


@pytest.mark.parametrize("password", ["", "wrong"])
def test_refuses_a_login_without_the_password(own: Cluster, password: str) -> None:
    for role in ("postgres", "fieldwork", "broker"):
        address = {**own.address(role, "postgres"), "password": password}
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**address).close()


def test_no_role_of_ours_is_a_superuser_and_each_enters_its_own_database_only(own: Cluster) -> None:
    for role, other in (("fieldwork", "broker"), ("broker", "fieldwork")):
        with psycopg.connect(**own.address(role, role)) as connection:
            found = connection.execute(
                "SELECT rolsuper, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
        assert found == (False, False, False, False)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(**own.address(role, other)).close()


def test_text_is_utf8_and_letters_beyond_ascii_have_cases(own: Cluster) -> None:
    with psycopg.connect(**own.address("fieldwork", "fieldwork")) as connection:
        assert connection.execute("SELECT lower('ÄÉ'), 'b' > 'A', 'Ä' ILIKE 'ä'").fetchone() == (
            "äé",
            True,
            True,
        )


def test_the_broker_role_can_make_and_use_queues(own: Cluster) -> None:
    address = ensure_databases(own)["broker"]
    assert address.startswith("pgmq:")
    with psycopg.connect(address.removeprefix("pgmq:")) as connection:
        connection.execute("SELECT pgmq.create('doorbell')")
        connection.execute("SELECT pgmq.send('doorbell', '{\"n\": 1}'::jsonb)")
        row = connection.execute("SELECT message FROM pgmq.read('doorbell', 10, 1)").fetchone()
    assert row == ({"n": 1},)


@pytest.mark.parametrize("wipe", ["DROP SCHEMA pgmq CASCADE", None])
def test_a_wiped_broker_is_made_again(own: Cluster, wipe: str | None) -> None:
    assert ensure_broker(own) is False
    if wipe is None:
        with own.connect("postgres") as connection:
            connection.execute("DROP DATABASE broker WITH (FORCE)")
    else:
        with psycopg.connect(**own.address("broker", "broker")) as connection:
            connection.execute(wipe.encode())
    assert ensure_broker(own) is True
    with psycopg.connect(**own.address("broker", "broker")) as connection:
        connection.execute("SELECT pgmq.create('again')")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(**own.address("fieldwork", "broker")).close()


def test_stops_in_good_order_and_starts_again_with_its_rows(own: Cluster) -> None:
    own.stop()
    assert not own.alive()
    assert not _working_in(own.data)
    assert not (own.data / "postmaster.pid").exists()
    own.start()
    assert kept(own) == [(7,)]


@pytest.mark.faults
def test_recovers_from_kill_9_of_every_process(own: Cluster) -> None:
    with psycopg.connect(**own.address("fieldwork", "fieldwork")) as connection:
        connection.execute("INSERT INTO kept VALUES (8)")
    for process in _working_in(own.data):
        process.kill()
    assert own.process is not None
    own.process.wait(30)
    assert not own.alive()
    own.start()
    assert kept(own) == [(7,), (8,)]


@pytest.mark.faults
def test_recovers_from_kill_9_of_the_postmaster_alone(own: Cluster) -> None:
    assert own.process is not None
    held = psycopg.connect(**own.address("fieldwork", "fieldwork"))  # its backend lives on for a while
    own.process.kill()
    own.process.wait(30)
    own.start()
    held.close()
    assert kept(own) == [(7,)]
    assert len(set(psutil.Process().children()) & set(_working_in(own.data))) == 1


@pytest.mark.faults
@pytest.mark.parametrize("survives", [True, False])
def test_after_a_killed_parent_there_is_one_server_and_every_row(own: Cluster, survives: bool) -> None:
    own.stop()
    script = (
        "import sys; from pathlib import Path; from apps.config.postgres import Cluster, identity\n"
        f"if {survives}: identity.sys = type('other', (), {{'platform': 'darwin'}})  # nobody tells it\n"
        "cluster = Cluster(Path(sys.argv[1])); cluster.start(); print(cluster.process.pid, flush=True)\n"
        "sys.stdin.read()"
    )
    if survives and own.identity.way == "namespace":
        script = script.replace("cluster = Cluster(Path(sys.argv[1]))", _NAMESPACED)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(own.home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        server = psutil.Process(int(parent.stdout.readline()))
        with psycopg.connect(**own.address("fieldwork", "fieldwork")) as connection:
            connection.execute("INSERT INTO kept VALUES (8)")
        parent.kill()
        parent.wait()
        if not survives and sys.platform == "linux":
            psutil.wait_procs([server], timeout=30)
        assert server.is_running() is survives or sys.platform != "linux"
        own.start()
    assert kept(own) == [(7,), (8,)]
    assert not server.is_running()
    assert len(set(psutil.Process().children()) & set(_working_in(own.data))) == 1


_NAMESPACED = (
    "cluster = Cluster(Path(sys.argv[1]), identity.Identity('namespace', 0, identity._unprivileged().pw_uid))"
)


def test_a_stale_pid_file_that_names_a_stranger_leaves_the_stranger_alone(own: Cluster) -> None:
    own.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (own.data / "postmaster.pid").write_text(f"{stranger.pid}\n{own.data}\n1\n5432\n{own.sockets}\n\n")
        own.start()
        assert stranger.poll() is None
        stranger.communicate(b"\n")
    assert kept(own) == [(7,)]


def test_a_setup_that_was_killed_half_way_is_begun_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    cluster = Cluster(tmp_path, tuning=FORGETFUL)
    try:
        cluster.start()
        assert cluster.answers()
    finally:
        cluster.stop()


def test_a_cluster_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.data.mkdir(mode=0o700)
    (cluster.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresError, match="was made by PostgreSQL 12"):
        cluster.start()
    assert [path.name for path in cluster.data.iterdir()] == ["PG_VERSION"]


def test_lost_keys_are_named_instead_of_waited_for(own: Cluster) -> None:
    key = own.home / "keys" / "postgres-postgres"
    before = key.read_text()
    try:
        key.write_text("another")
        with pytest.raises(PostgresError, match="put back the keys"):
            own.answers()
    finally:
        key.write_text(before)


def test_an_environment_of_ours_does_not_redirect_it(own: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    own.stop()
    own.start()
    assert own.answers()


def test_a_long_home_gets_a_short_socket_folder_that_is_remembered(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    (home / "postgres").mkdir(parents=True)
    first = sockets.folder(home, PLAIN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(first / ".s.PGSQL.5432"))
    assert sockets.folder(home, PLAIN) == first
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    first.chmod(0o755)  # as if somebody else had made it
    second = sockets.folder(home, PLAIN)
    assert second != first
    for folder in (first, second):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


@ROOT_ONLY
@pytest.mark.parametrize("way", ["chosen", "other"])
def test_root_starts_it_below_a_folder_that_only_root_can_enter(tmp_path: Path, way: str) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    nobody = choose(binaries.packaged() / "postgres").inside
    identity = Identity("other", nobody, nobody) if way == "other" else None
    cluster = Cluster(private / "home", identity, tuning=FORGETFUL)
    try:
        cluster.start()
        ensure_databases(cluster)
        assert cluster.process is not None
        user = psutil.Process(cluster.process.pid).uids().real
        assert user == (nobody if way == "other" else cluster.identity.uid)
        assert cluster.data.stat().st_uid == cluster.identity.uid
        cluster.stop()
        changed = Cluster(private / "home", None if way == "other" else Identity("other", nobody, nobody))
        changed.start()
        assert changed.answers()
        changed.stop()
    finally:
        cluster.stop()
        _forget_sockets(private / "home")


def _forget_sockets(home: Path) -> None:
    """The folder that `home` remembers lies outside of the test's own."""
    recorded = home / "postgres" / "socket-folder"
    if recorded.exists():
        shutil.rmtree(recorded.read_text())


@ROOT_ONLY
def test_programs_that_another_uid_cannot_reach_are_copied_once(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    site = hidden / "site"
    for name in ("bin", "lib", "share"):
        (site / binaries.PACKAGE / "pginstall18" / name).mkdir(parents=True)
    (site / f"{binaries.PACKAGE}.libs").mkdir()
    programs = site / binaries.PACKAGE / "pginstall18" / "bin"
    (programs / "postgres").write_text("#!/bin/sh\n")
    recorded = tmp_path / "recorded"
    other = Identity("other", 65534, 65534)
    copy = binaries.reachable(programs, other, recorded)
    try:
        assert copy != programs
        assert (copy / "postgres").exists()
        assert (copy.parents[2] / f"{binaries.PACKAGE}.libs").is_dir()
        assert binaries.reachable(programs, other, recorded) == copy
        assert binaries.reachable(programs, PLAIN, recorded) == programs
        copy.parents[2].chmod(0o777)  # somebody else could have changed it
        assert binaries.reachable(programs, other, recorded) != copy
    finally:
        for place in {copy.parents[2], Path(recorded.read_text())}:
            subprocess.run(["rm", "-rf", str(place)], check=True)


@ROOT_ONLY
def test_an_ordinary_user_runs_it_without_further_ado() -> None:
    home = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    nobody = choose(binaries.packaged() / "postgres").inside
    os.chown(home, nobody, -1)
    programs = binaries.packaged()
    if not binaries._enterable(programs, nobody):
        pytest.skip("an ordinary user cannot reach this checkout's programs")
    script = (
        "import os, sys; from pathlib import Path; import psycopg, psutil, encodings.idna\n"
        "from apps.config.postgres import Cluster, ensure_databases\n"
        "home, uid = Path(sys.argv[1]), int(sys.argv[2])\n"
        "import multiprocessing, apps.dataplane.contract.queues as queues  # Python may be out of reach below\n"
        "queues.get_embedded_install_sql()\n"
        "os.setgroups([]); os.setgid(uid); os.setuid(uid)\n"
        "cluster = Cluster(home); cluster.start(); ensure_databases(cluster)\n"
        "print(cluster.identity.way, cluster.answers()); cluster.stop()"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, str(home), str(nobody)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout.strip(), done.stderr) == ("plain True", "")
    finally:
        subprocess.run(["rm", "-rf", str(home)], check=True)


def test_secrets_of_two_homes_differ(own: Cluster, tmp_path: Path) -> None:
    assert runtime.secret(tmp_path, "postgres-postgres") != own.address("postgres", "postgres")["password"]
