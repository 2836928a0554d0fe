"""Processes that the supervisor keeps alive: started, watched, started again, ended."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from apps.config.environment import ROOT
from apps.config.postgres.identity import Identity

from . import programs

LARGEST_LOG = 5 * 1024 * 1024  # bytes; a longer one is put aside at the start
NICE = 10  # how much what nobody waits for yields to the rest
CALM = 60.0  # seconds alive after which an end counts as the first
LONGEST_WAIT = 30.0


class Child:
    """One program and its process."""

    def __init__(self, home: Path, program: programs.Program) -> None:
        self.home = home
        self.program = program
        self.log = home / "log" / f"{program.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.due = 0.0  # when to start it again, by the monotonic clock
        self._started = 0.0
        self._failures = 0

    def start(self) -> None:
        """Start in a process group of its own, so that a terminal's Ctrl-C reaches the supervisor alone."""
        rotate(self.log)
        become = Identity("plain", os.geteuid(), os.geteuid()).before_exec(signal.SIGTERM)

        def before_exec() -> None:
            become()
            if self.program.nice:
                os.nice(NICE)

        with open(self.log, "ab", opener=private) as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.program.command,
                cwd=ROOT,
                env=programs.environment(self.home, self.program),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.program.descriptors,
                process_group=0,
                preexec_fn=before_exec,
            )
        self._started = time.monotonic()

    def ended(self) -> str | None:
        """How it ended, once, if it did; its next start is due after a while that grows each time."""
        if self.process is None or self.process.poll() is None:
            return None
        code = self.process.returncode
        lived = time.monotonic() - self._started
        self._failures = 1 if lived > CALM else self._failures + 1
        self.due = time.monotonic() + min(LONGEST_WAIT, 0.25 * 2**self._failures)
        self.signal(signal.SIGKILL)  # what its group may have left
        self.process = None
        return f"exit {code}" if code >= 0 else signal.Signals(-code).name

    def signal(self, number: signal.Signals) -> None:
        """Send to the whole group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except (ProcessLookupError, PermissionError):  # nobody left (macOS says so in two ways)
                return


def end(children: list[Child]) -> None:
    """End them together: TERM, and KILL for those whose patience runs out."""
    for child in children:
        child.signal(signal.SIGTERM)
    begun = time.monotonic()
    for child in children:
        if child.process is None:
            continue
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, begun + child.program.patience - time.monotonic()))
        child.signal(signal.SIGKILL)
        child.process.wait()
        child.process = None


def rotate(log: Path) -> None:
    """Put a long log aside; the one before it goes."""
    log.parent.mkdir(exist_ok=True, mode=0o700)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


def private(path: str, flags: int) -> int:
    """An opener for files that only their owner reads."""
    return os.open(path, flags, 0o600)
