"""Bring .venv in step with a lock: `python3 locks/install.py control|site|dev`. Standard library alone.

Done in a moment when nothing has changed: a stamp in .venv says from which locks, by which Python and for
which folder it was made. The dev lock holds all the others, so a folder made from it serves them, too.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "fieldwork-installed.json"


def state_of(name: str) -> str:
    """A digest over all that decides what is installed for `name`."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (ROOT / "locks" / f"{name}.txt", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def installed() -> dict[str, str]:
    """Lock name → digest, as far as .venv still works."""
    try:
        stamp = dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}
    home = stamp.pop("python", "")
    return stamp if PYTHON.exists() and os.path.realpath(PYTHON) == home else {}


def in_step(name: str) -> bool:
    known = installed()
    return any(known.get(lock) == state_of(lock) for lock in {name, "dev"})


def install(name: str) -> None:
    """Make .venv when there is none that works, and install exactly what the lock says, by its hashes."""
    known = installed()
    if not known:
        if VENV.exists():
            shutil.rmtree(VENV)
        say(f"making {VENV} with Python {sys.version.split()[0]}")
        venv.create(VENV, with_pip=True)
    STAMP.unlink(missing_ok=True)
    say(f"installing what locks/{name}.txt pins (the first time takes a minute or two)")
    _pip("--require-hashes", "--requirement", str(ROOT / "locks" / f"{name}.txt"))
    _pip("--no-build-isolation", "--editable", str(ROOT))
    others = {lock: digest for lock, digest in known.items() if digest == state_of(lock)}
    stamp = {**others, name: state_of(name), "python": os.path.realpath(PYTHON)}
    STAMP.write_text(json.dumps(stamp))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    done = subprocess.run(  # noqa: S603 - pip of our own folder
        [*command, "--no-deps", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        sys.exit(f"pip could not install {arguments[-1]}: is a package registry reachable?")


if __name__ == "__main__":
    if not in_step(sys.argv[1]):
        install(sys.argv[1])
