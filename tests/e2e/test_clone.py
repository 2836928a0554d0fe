"""A fresh copy of the checkout with nothing installed: `make run` alone, by an ordinary user, and by root behind 0700.

Also: the site's own lock is enough for a site, without Django.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.config.environment import ROOT

from .running import Fieldwork, until

pytestmark = [pytest.mark.slow]
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
STATE = (".venv", ".fieldwork", ".git", ".*_cache", "__pycache__", "*.egg-info", "var", ".hypothesis")
SUITABLE = "import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
PIP_CONFIGS = (".config/pip/pip.conf", ".pip/pip.conf", "Library/Application Support/pip/pip.conf")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that others may enter, as pytest's own may not."""
    folder = Path(tempfile.mkdtemp(prefix="clone-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def copy(into: Path) -> Path:
    checkout = into / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*STATE))
    return checkout


def pip_settings(place: Path) -> dict[str, str]:
    """Where this machine's pip looks for packages is a matter of the machine, also for another user."""
    for name in PIP_CONFIGS:
        if (Path.home() / name).exists():
            shutil.copy(Path.home() / name, place / "pip.conf")
            (place / "pip.conf").chmod(0o644)
            return {"PIP_CONFIG_FILE": str(place / "pip.conf")}
    return {}


def run(checkout: Path, python: str, settings: dict[str, str], **more: Any) -> None:
    """`make run`, a page, Ctrl-C as a terminal sends it, and nothing left."""
    fieldwork = Fieldwork(checkout / ".fieldwork", FIELDWORK_HOME=".fieldwork", **settings)
    try:
        fieldwork.start(("make", "run", f"PYTHON={python}"), cwd=checkout, **more)
        assert fieldwork.said("making ")
        assert fieldwork.get("/") == 200
        until(fieldwork.heard)
        assert fieldwork.process is not None
        os.killpg(fieldwork.process.pid, signal.SIGINT)
        fieldwork.process.wait()
        assert fieldwork.programs() == Counter()
    finally:
        fieldwork.end()


@ROOT_ONLY
def test_an_ordinary_user_needs_only_make_and_python(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    who: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    python = next(
        (name for name in ("/usr/bin/python3", "/usr/local/bin/python3") if _usable(name, who)), None
    )
    if python is None:
        pytest.skip("no Python 3.11 or newer that an ordinary user can start")
    checkout = copy(place)
    for folder, _, names in os.walk(place):
        for path in (folder, *(os.path.join(folder, name) for name in names)):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    run(checkout, python, {"HOME": str(place), **pip_settings(place)}, **who)


def _usable(python: str, who: dict[str, Any]) -> bool:
    try:
        return (
            subprocess.run(
                [python, "-c", SUITABLE], capture_output=True, check=False, cwd="/", **who
            ).returncode
            == 0
        )
    except OSError:
        return False


@ROOT_ONLY
def test_root_may_keep_the_checkout_to_itself(place: Path) -> None:
    private = place / "private"
    private.mkdir(mode=0o700)
    run(copy(private), sys.executable, {})


def test_a_site_is_installed_from_its_own_lock_and_runs_without_django(place: Path) -> None:
    checkout = copy(place)
    venv.create(place / "venv", with_pip=True)
    pip = [str(place / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", str(checkout / "locks" / "site.txt")], check=True)
    subprocess.run([*pip, "--no-build-isolation", str(checkout)], check=True)
    for module, there in (("django", False), ("apps.dataplane.cli", True)):
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)"
        found = subprocess.run([place / "venv" / "bin" / "python", "-c", code], cwd=place, check=False)
        assert (found.returncode == 0) is there
    said = subprocess.check_output(
        [place / "venv" / "bin" / "fieldwork-site", "--help"], text=True, cwd=place
    )
    assert "init" in said
