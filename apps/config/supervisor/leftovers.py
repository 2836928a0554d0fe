"""Processes of an earlier start: known by a mark in their environment, never by a number alone."""

import os
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "FIELDWORK_SUPERVISED"


def marked(home: Path) -> list[psutil.Process]:
    """All living processes, children's children too, that a supervisor of `home` has started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(home):
                found.append(process)
        except (psutil.Error, OSError):  # another user's, or gone meanwhile
            continue
    return found


def end_all(home: Path, patience: float = 10.0) -> int:
    """End them: politely, then not. Returns how many there were."""
    found = marked(home)
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(found, timeout=patience)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=patience)
    return len(found)
