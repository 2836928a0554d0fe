"""One cluster below `home/postgres`: made once, started as a child of this process, stopped last."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from apps.config import runtime

from . import binaries, leftovers, sockets
from .errors import PostgresError
from .identity import Identity, choose

PORT = 5432  # only part of the socket's file name: nothing listens on TCP
SUPERUSER = "postgres"
PATIENCE = 600.0  # seconds that recovery after a crash may take
# Small and quiet: one person's machine, a few connections, and as few idle wake-ups as the server allows.
TUNING: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "random_page_cost": "1.1",  # no disk of today has a head to move
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "jit": "off",
    "io_method": "sync",
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "60s",
    "bgwriter_delay": "10s",
    "bgwriter_lru_maxpages": "0",
    "wal_writer_delay": "10s",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",  # a statement may hold a client's values
    "log_error_verbosity": "terse",
}


class Cluster:
    """The server of one home. `identity`: who runs it, chosen unless given; `tuning`: more settings."""

    def __init__(
        self, home: Path, identity: Identity | None = None, tuning: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self.folder = home / "postgres"
        self.data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        packaged = binaries.packaged()
        self.identity = identity or choose(packaged / "postgres")
        self.programs = binaries.reachable(packaged, self.identity, self.folder / "programs-folder")
        self.sockets = sockets.folder(home, self.identity)
        self.tuning = {**TUNING, **(tuning or {}), "unix_socket_directories": str(self.sockets)}
        self.process: subprocess.Popen[bytes] | None = None

    def address(self, user: str, database: str) -> dict[str, Any]:
        """Keyword arguments of `psycopg.connect` for one of our roles."""
        return {
            "host": str(self.sockets),
            "port": PORT,
            "user": user,
            "password": runtime.secret(self.home, f"postgres-{user}"),
            "dbname": database,
        }

    def start(self) -> None:
        """End what an earlier parent left, make the cluster if need be, start, wait until it answers."""
        leftovers.end_server(self.data)
        for stale in self.sockets.glob(".s.PGSQL.*"):  # the folder is ours alone, and nobody works there now
            stale.unlink()
        if not self.data.exists():
            self._create()
        self._check_version()
        self._give_away()
        options = [part for name, value in self.tuning.items() for part in ("-c", f"{name}={value}")]
        with self._log().open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [self.programs / "postgres", "-D", self._data_as_seen(self.data), *options],
                cwd=self.data,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # a terminal's Ctrl-C is not for it
                preexec_fn=self.identity.before_exec(signal.SIGINT),
            )
        self._await_answer()

    def stop(self, patience: float = 30.0) -> None:
        """Disconnect everybody, write all down, end (fast mode); pull the plug when that takes too long."""
        if self.process is None:
            return
        for last in (signal.SIGINT, signal.SIGQUIT):
            if self.process.poll() is None:
                self.process.send_signal(last)
            try:
                self.process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            self.process.kill()
            self.process.wait()
        self.process = None

    def alive(self) -> bool:
        """Whether our server process runs."""
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        """Whether `SELECT 1` works."""
        try:
            with self.connect("postgres") as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise PostgresError(
                    f"The embedded PostgreSQL refuses the password in {self.home / 'keys'}: put back the "
                    f"keys that belong to {self.data}, or set FIELDWORK_HOME to a new folder."
                ) from error
            return False

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """A superuser's connection with autocommit, for the set-up alone."""
        return psycopg.connect(**self.address(SUPERUSER, database), autocommit=True, connect_timeout=5)

    def _create(self) -> None:
        """Into a folder beside, renamed when complete: a set-up that was killed leaves no half cluster."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.identity.own(fresh)
        password = self.sockets / f"password-{os.getpid()}"
        password.touch(mode=0o600)
        password.write_text(self.address(SUPERUSER, "postgres")["password"])
        self.identity.own(password)
        command: list[str | Path] = [
            self.programs / "initdb",
            f"--pgdata={self._data_as_seen(fresh)}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--lc-collate=C",
            "--lc-ctype=C",
            "--lc-messages=C",
        ]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                cwd=fresh,
                env=_environment(),
                preexec_fn=self.identity.before_exec(signal.SIGKILL),
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            password.unlink()
        if done.returncode != 0:
            raise PostgresError(f"PostgreSQL's initdb failed:\n{done.stdout}{done.stderr}".rstrip())
        fresh.rename(self.data)

    def _data_as_seen(self, data: Path) -> str:
        """The data folder as the identity names it: another uid may not walk there, but stands in it."""
        return "/proc/self/cwd" if self.identity.way == "other" else str(data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != binaries.MAJOR:
            raise PostgresError(
                f"{self.data} was made by PostgreSQL {made_by}; this Fieldwork runs {binaries.MAJOR}. "
                f"Dump it with the earlier Fieldwork, or set FIELDWORK_HOME to a new folder."
            )

    def _give_away(self) -> None:
        """Files of a cluster that was run in another way (see `identity`) change hands."""
        if self.data.stat().st_uid == self.identity.uid:
            return
        for folder, _, names in os.walk(self.data):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.lchown(path, self.identity.uid, -1)

    def _log(self) -> Path:
        folder = self.home / "log"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder / "postgres.log"

    def _await_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if not self.alive() or time.monotonic() > deadline:
                tail = "\n".join(self._log().read_text(errors="replace").splitlines()[-5:])
                raise PostgresError(f"The embedded PostgreSQL did not start ({self._log()}):\n{tail}")
            time.sleep(0.02)


def _environment() -> dict[str, str]:
    """Nothing of ours: no PG* variable may redirect it, no secret may sit in its environment."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
