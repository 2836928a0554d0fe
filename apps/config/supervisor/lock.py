"""One supervisor per home: an exclusive lock, in whose file it says who it is.

The kernel frees the lock with its process, however that ends.
"""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from .errors import StartError

FILE = "supervisor.lock"


class Lock:
    """Held from construction until `release`. Raises StartError when somebody else holds it."""

    def __init__(self, home: Path, what: str) -> None:
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            home.chmod(0o700)
            self._file = os.open(home / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StartError(
                f"{home} cannot be written by this user ({error.strerror}): run as its owner, "
                f"or set FIELDWORK_HOME."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise StartError(_taken(home)) from None
        self._facts: dict[str, Any] = {"pid": os.getpid(), "what": what, "since": time.strftime("%H:%M")}
        self.note()

    def note(self, **facts: Any) -> None:
        """Say more about this supervisor: `web` is its address, `ready` whether everything runs."""
        self._facts.update(facts)
        text = json.dumps(self._facts).encode()
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def release(self) -> None:
        os.close(self._file)


def holder(home: Path) -> dict[str, Any] | None:
    """What the supervisor that runs in `home` says of itself; None when none runs."""
    try:
        file = os.open(home / FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(home)
    finally:
        os.close(file)
    return None


def _read(home: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((home / FILE).read_text()))
    except ValueError:  # it is being written, or not yet
        return {}


def _taken(home: Path) -> str:
    facts = _read(home)
    where = f" at {facts['web']}" if facts.get("web") else ""
    return (
        f"Fieldwork already runs in {home}{where}: {facts.get('what', 'another start')}, "
        f"process {facts.get('pid', '?')}, since {facts.get('since', '?')}."
    )
