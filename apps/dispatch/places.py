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
    options = ["--root", *[item for root in roots for item in ("--root", root)][1:]]
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
    return json.dumps(json.loads(said)["public_key"], sort_keys=True)


def command(*arguments: str, extra: dict[str, str] | None = None) -> str:
    """Run `fieldwork-site` with nothing of the control plane in its environment. Raises Refused with what it said."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    done = subprocess.run(  # noqa: S603 - our own program, arguments as a list
        [sys.executable, "-m", "apps.dataplane.cli", *arguments],
        cwd=settings.BASE_DIR,
        env={**kept, **(extra or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused("site_command", done.stderr.strip() or f"fieldwork-site {arguments[0]} failed")
    return done.stdout
