"""A whole Fieldwork of its own, for tests that kill it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from apps.config import environment, runtime
from apps.config.environment import ROOT
from apps.config.supervisor import leftovers

PATIENCE = 300.0  # seconds; generous, because the machine may be busy with something else
NAMES = {
    "apps.config.wsgi": "web",
    "apps.dataplane.cli": "site",
    "apps.config.intake": "intake",
    "dispatcher": "dispatcher",
    "apps.config.celery beat": "beat",
    "apps.config.celery worker": "control",
    "apps.demo.practice": "practice",
}


def until(true: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait for a condition; returns what was true of it."""
    deadline = time.monotonic() + patience
    while not (found := true()):
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.05)
    return found


def ask(home: Path, text: str, *values: Any, server: str | None = None) -> list[tuple[Any, ...]]:
    """Rows of the control database of that home, or of `server` when it is another one."""
    address = {"conninfo": server} if server else runtime.read(home)["database"]
    with psycopg.connect(**address) as connection:
        cursor = connection.execute(text.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def everything(home: Path) -> str:
    """All rows of all tables of the control database, as text."""
    tables = ask(home, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
    return "\n".join(row for (table,) in tables for (row,) in ask(home, f"SELECT t::text FROM {table} t"))


class Fieldwork:
    """`home` and settings of one Fieldwork, started and stopped as often as a test likes."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = settings
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def start(self, command: tuple[str, ...] = (), **more: Any) -> None:
        """Start and wait until it says where it is."""
        kept = {name: value for name, value in os.environ.items() if not self._ours(name)}
        self.lines = []
        self.process = subprocess.Popen(
            command or (sys.executable, "-m", "apps.config.supervisor", "run"),
            env={**kept, "FIELDWORK_HOME": str(self.home), "DEMO": "0", **self.settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **{"cwd": ROOT, **more},
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        until(lambda: self.said("Ctrl-C stops everything") or self._ended())

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.lines.extend(iter(process.stdout.readline, ""))

    def _ended(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended: {''.join(self.lines)}"
        return False

    @staticmethod
    def _ours(name: str) -> bool:
        return name in {setting.name for setting in environment.SETTINGS} or name.startswith(
            ("DJANGO_", "PYTEST_")
        )

    def said(self, text: str) -> str | None:
        """The first line with `text`."""
        return next((line for line in self.lines if text in line), None)

    @property
    def url(self) -> str:
        found = re.search(r"Fieldwork is at (\S+)", "".join(self.lines))
        assert found, "".join(self.lines)
        return found[1]

    def get(self, path: str) -> int:
        """Status of a page, redirects followed."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; returns its exit code."""
        self.send(number)
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def programs(self) -> Counter[str]:
        """How many of each kind run, children of children aside."""
        marked = leftovers.marked(self.home)
        known = {process.pid for process in marked}
        found: Counter[str] = Counter()
        for process in marked:
            try:
                if process.ppid() in known or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                found[self.name_of(process)] += 1
            except psutil.NoSuchProcess:
                continue
        return found + Counter({"postgres": len(self.postmasters())})

    @staticmethod
    def name_of(process: psutil.Process) -> str:
        line = " ".join(process.cmdline())
        return next((name for part, name in NAMES.items() if part in line), line)

    def postmasters(self) -> list[psutil.Process]:
        data = self.home / "postgres" / "data"
        found = []
        for process in psutil.process_iter():
            try:
                if process.name() == "postgres" and str(data) in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def find(self, name: str) -> psutil.Process:
        """The process of a program by its name."""
        part = next(part for part, known in NAMES.items() if known == name)
        marked = leftovers.marked(self.home)
        known = {process.pid for process in marked}
        return next(
            process
            for process in marked
            if process.ppid() not in known and part in " ".join(process.cmdline())
        )

    def query(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the control database."""
        return ask(self.home, text, *values, server=self.settings.get("DATABASE_URL"))

    def heard(self) -> str:
        """Which start of the local site's worker was heard last; empty when none was."""
        rows = self.query("SELECT boot FROM dispatch_site WHERE client_id IS NULL")
        return str(rows[0][0]) if rows else ""

    def end(self) -> None:
        """Whatever a failed test has left."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        leftovers.end_all(self.home)
        for process in self.postmasters():
            process.terminate()

    def facts(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "runtime.json").read_text()))
