"""Schema, static files, the local site and the demo: management commands, run before anybody is served."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from apps.config.environment import ROOT

from . import children, programs
from .errors import StartError


def prepare(home: Path, *, demo: bool) -> dict[str, Any]:
    """Run it. Returns {"people": [{email, password, role}], "first_page": path or None, "done": [line]}."""
    return dict(json.loads(_manage(home, "prepare", *(("--demo",) if demo else ()))))


def start_demo_pilot(home: Path, endpoint: str) -> None:
    """Tell the demo where the practice endpoint is, and have its pilot run if it never has."""
    _manage(home, "seed_demo", f"--endpoint={endpoint}")


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
