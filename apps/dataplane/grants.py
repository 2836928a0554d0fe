"""A folder opened for one run, by a file that only the site's owner can write."""

import os
from pathlib import Path

from .site import SiteError, is_id


def grant(state: Path, run: str, folder: Path) -> Path:
    """Let run `run` read files below `folder`; returns the grant's file (0600). Raises SiteError."""
    if not is_id(run):
        raise SiteError(f"{run!r} is not a run's id")
    real = folder.resolve()
    if not real.is_dir():
        raise SiteError(f"{folder} is not a folder")
    path = state / "grants" / run
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with open(path, "w", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)) as file:
        file.write(f"{real}\n")
    return path


def granted_root(state: Path, run: str) -> tuple[Path, ...]:
    """The folder granted to this run, or nothing. A grant that others could have written does not count."""
    path = state / "grants" / run
    try:
        status = path.lstat()
        if status.st_uid != os.getuid() or status.st_mode & 0o022:
            return ()
        return (Path(path.read_text().rstrip("\n")),)
    except FileNotFoundError:
        return ()
