"""Schema, static files, the local site and the demo: management commands, run before anybody is served.

An embedded database changes through this machine's code alone, so where code, settings and folders are those of the
last time, nothing needs to be run; a second start is quick that way.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from apps.config import environment
from apps.config.environment import ROOT, SETTINGS

from . import children, programs
from .errors import StartError

NOTE = "prepared.json"
SOURCES = ("apps/**/*.py", "apps/**/static/**/*", "static/**/*", "locks/*.txt", "pyproject.toml")
FOLDERS = ("postgres/data/PG_VERSION", "sites/local", "static")  # made anew: not what was prepared


def prepare(home: Path, *, demo: bool) -> dict[str, Any]:
    """Run `manage.py prepare` unless nothing has changed since it ran.

    Returns {"people": [{email, password, role}], "first_page": path or None, "done": [line]}.
    """
    note = home / NOTE
    if note.exists() and json.loads(note.read_text()) == _state(home, demo):
        people = home / "keys" / "people.json"
        known = json.loads(people.read_text()) if demo and people.exists() else []
        return {"people": known, "first_page": None, "done": []}
    found: dict[str, Any] = json.loads(_manage(home, "prepare", *(("--demo",) if demo else ())))
    if found["first_page"] is None and not environment.value("DATABASE_URL"):
        note.write_text(json.dumps(_state(home, demo)))
    return found


def tell_demo(home: Path, endpoint: str) -> None:
    """Tell the demo where the practice endpoint is, and have its runs started that never were."""
    _manage(home, "seed_demo", f"--endpoint={endpoint}", "--starting")


def demo_knows(home: Path, endpoint: str) -> bool:
    """Whether nothing is left to tell the demo."""
    note = home / "demo" / "told"
    return note.exists() and note.read_text() == endpoint


def _state(home: Path, demo: bool) -> str:
    """A digest that changes with the code, the settings, and the folders that were prepared."""
    digest = hashlib.sha256(f"{sys.executable}|{demo}".encode())
    for setting in SETTINGS:
        digest.update(f"{setting.name}={environment.value(setting.name)}\n".encode())
    for path in sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)}):
        facts = path.stat()
        digest.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    for name in FOLDERS:
        if (home / name).exists():
            digest.update(f"{name}|{(home / name).stat().st_ino}\n".encode())
    return digest.hexdigest()


def _manage(home: Path, *arguments: str) -> bytes:
    """What a management command writes. Raises StartError with the last lines that it logged."""
    command = (sys.executable, str(ROOT / "manage.py"), *arguments)
    step = programs.Program("prepare", command, control=True)
    log = home / "log" / "prepare.log"
    children.rotate(log)
    with open(log, "ab", opener=children.private) as errors:
        begun = errors.tell()
        done = subprocess.run(  # noqa: S603
            step.command,
            cwd=ROOT,
            env=programs.environment(home, step),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            check=False,
        )
    if done.returncode != 0:
        said = log.read_bytes()[begun:].decode(errors="replace").strip().splitlines()
        raise StartError(f"Fieldwork could not be prepared ({log}):\n" + "\n".join(said[-8:]))
    return done.stdout
