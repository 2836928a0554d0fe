"""Where the sites of this machine keep their state, and how the control plane talks to their command line.

A site is another program: it is set up by its own command, never by importing it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from apps.core.errors import Refused
from apps.dataplane.contract import envelope

from . import bell
from .models import Site

LOCAL = "local"


def folder(site: Site) -> Path:
    """The state folder of a site that runs on this machine."""
    name = LOCAL if site.client_id is None else str(site.pk)
    return Path(settings.HOME) / "sites" / name


def data() -> Path:
    """The folder that the local site may always read."""
    path = Path(settings.HOME) / "data"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def prepare(site: Site, *, roots: Iterable[str], names: bool, level: str = "full") -> str:
    """Make (or confirm) the site's folder, keys and policy. Returns its public key (JWK, JSON)."""
    options = [item for root in roots for item in ("--root", root)]
    if names:
        options.append("--names")
    said = command(
        "init",
        "--state", str(folder(site)),
        "--id", str(site.pk),
        "--name", site.name,
        "--control-key", envelope.public_text(bell.control_key()),
        "--broker", settings.SITE_BROKER,
        "--level", level,
        "--json",
        *options,
    )  # fmt: skip
    key = json.loads(said)["public_key"]
    return key if isinstance(key, str) else json.dumps(key, sort_keys=True)


def command(*arguments: str) -> str:
    """Run `fieldwork-site` and return what it printed. Raises Refused with what it complained of."""
    done = subprocess.run(  # noqa: S603 - our own program, arguments as a list
        _program(*arguments),
        cwd=settings.BASE_DIR,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused("site_command", done.stderr.strip() or f"fieldwork-site {arguments[0]} failed")
    return done.stdout


def worker(site: Site) -> tuple[Path, list[str], dict[str, str]]:
    """How a site's worker is started on this machine: folder to start in, command, environment."""
    return settings.BASE_DIR, _program("run", "--state", str(folder(site))), environment()


def environment() -> dict[str, str]:
    """The environment of a site: credentials that references name, and nothing of the control plane's."""
    return {name: text for name, text in os.environ.items() if name not in settings.OWN_VARIABLES}


def _program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "apps.dataplane.cli", *arguments]


def is_here(site: Site) -> bool:
    """Whether the site's folder is on this machine, so that whoever runs this command may be its owner."""
    return (folder(site) / "site.toml").exists()
