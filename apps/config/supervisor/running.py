"""For commands that need Fieldwork to run: use the one that does, or start what is needed and stop it."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

from apps.config import environment, runtime
from apps.config.environment import ROOT
from apps.config.postgres.identity import Identity

from .errors import StartError
from .lock import holder

PATIENCE = 300.0  # seconds that a start may take


@contextmanager
def ensure_running(*, web: bool = False, demo: bool = False, what: str = "manage.py") -> Iterator[bool]:
    """Yields whether Fieldwork was running already. Django's database settings are right from then on.

    Raises StartError with what the start said.
    """
    if holder(environment.home()) is not None:
        _await_ready()
        _refresh()
        yield True
        return
    supervisor = _start(web, demo, what)
    try:
        _refresh()
        yield False
    finally:
        connections.close_all()
        supervisor.send_signal(signal.SIGTERM)
        supervisor.communicate()


def _await_ready() -> None:
    """Another start may still be on its way. Raises StartError when it ends or hangs before it is ready."""
    deadline = time.monotonic() + PATIENCE
    while (facts := holder(environment.home())) is not None and not facts.get("ready"):
        if time.monotonic() > deadline:
            raise StartError(f"Fieldwork (process {facts.get('pid', '?')}) has not become ready.")
        time.sleep(0.1)
    if facts is None:
        raise StartError("Fieldwork was stopping just now: try again.")


def _start(web: bool, demo: bool, what: str) -> "subprocess.Popen[str]":
    reading, writing = os.pipe()
    flags = [*([] if web else ["--no-web"]), *([] if demo else ["--no-demo"]), f"--what={what}"]
    command = [sys.executable, "-m", "apps.config.supervisor", "run", *flags, f"--ready={writing}"]
    supervisor = subprocess.Popen(  # noqa: S603
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=(writing,),
        process_group=0,  # Ctrl-C ends the command, which then ends this
        preexec_fn=Identity("plain", os.geteuid(), os.geteuid()).before_exec(signal.SIGTERM),
    )
    os.close(writing)
    try:
        ready = select.select([reading], [], [], PATIENCE)[0] and os.read(reading, 1)
    finally:
        os.close(reading)
    if not ready:
        supervisor.terminate()
        said, _ = supervisor.communicate()
        raise StartError(said.strip().removeprefix("fieldwork: ") or "Fieldwork did not start.")
    return supervisor


def _refresh() -> None:
    """A first start has just made the database: what settings read before is out of date."""
    if not settings.configured or environment.value("DATABASE_URL"):
        return
    connections.close_all()
    address = runtime.database(environment.home())
    connections.settings["default"].update(address)
    connections["default"].settings_dict.update(address)
