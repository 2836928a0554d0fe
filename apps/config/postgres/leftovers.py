"""A server that outlived its parent: found by its data folder, never by a number alone."""

import os
import signal
from pathlib import Path

import psutil

from .errors import PostgresError


def end_server(data: Path, patience: float = 60.0) -> None:
    """End every process of a server that still works in `data`, and remove its stale pid file."""
    if not data.exists():
        return
    ours = _working_in(data)
    postmaster = [process for process in ours if process.pid == _recorded(data)]
    for process in postmaster:
        process.send_signal(signal.SIGINT)
    for process in psutil.wait_procs(ours, timeout=patience if postmaster else 5.0)[1]:
        process.kill()
    if psutil.wait_procs(_working_in(data), timeout=patience)[1]:
        raise PostgresError(f"A PostgreSQL server still works in {data} and cannot be ended.")
    (data / "postmaster.pid").unlink(missing_ok=True)


def _recorded(data: Path) -> int:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return -1


def _working_in(data: Path) -> list[psutil.Process]:
    """PostgreSQL's processes stand in their data folder from start to end."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and os.path.samefile(process.cwd(), data):
                found.append(process)
        except (psutil.Error, OSError):  # not ours to look at, or gone meanwhile
            continue
    return found
