"""What one run may use beyond the policy: a folder and credentials, in a file that only the site's owner can write."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .site import SiteError, is_id


@dataclass(frozen=True)
class Grant:
    """roots: folders opened to the run. environment: variables that its `env:` references find first."""

    roots: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def grant(state: Path, run: str, folder: Path, environment: Mapping[str, str] | None = None) -> Path:
    """Let run `run` read files below `folder`; returns the grant's file (0600). Raises SiteError."""
    if not is_id(run):
        raise SiteError(f"{run!r} is not a run's id")
    real = folder.resolve()
    if not real.is_dir():
        raise SiteError(f"{folder} is not a folder")
    path = state / "grants" / run
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with open(path, "w", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)) as file:
        json.dump({"roots": [str(real)], "environment": dict(environment or {})}, file)
    return path


def granted(state: Path, run: str) -> Grant:
    """What is granted to this run, perhaps nothing. A grant that others could have written does not count."""
    path = state / "grants" / run
    try:
        status = path.lstat()
        if status.st_uid != os.getuid() or status.st_mode & 0o022:
            return Grant()
        given = json.loads(path.read_text())
        return Grant(tuple(Path(root) for root in given["roots"]), given["environment"])
    except FileNotFoundError:
        return Grant()
