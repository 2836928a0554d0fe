"""The folder of the server's Unix socket: private, and short, for such a path has about 104 bytes at most."""

import os
import stat
import tempfile
from pathlib import Path

from .identity import Identity

LONGEST = 104 - len("/.s.PGSQL.5432.lock") - 1


def folder(home: Path, identity: Identity) -> Path:
    """`home/run` where that is short and can be entered, else a random folder that `home` remembers."""
    inside = home / "run"
    if identity.way != "other" and len(os.fsencode(inside)) <= LONGEST:
        inside.mkdir(mode=0o700, exist_ok=True)
        inside.chmod(0o700)
        return inside
    recorded = home / "postgres" / "socket-folder"
    if recorded.exists() and _private(known := Path(recorded.read_text()), identity.uid):
        return known
    for base in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 (the fallback of a long TMPDIR; mkdtemp is private)
        if len(os.fsencode(base)) + len("/fieldwork-12345678") <= LONGEST:
            break
    fresh = Path(tempfile.mkdtemp(prefix="fieldwork-", dir=base))
    identity.own(fresh)
    recorded.write_text(str(fresh))
    return fresh


def _private(known: Path, uid: int) -> bool:
    """Whether the folder is still the one we made: after a reboot anyone may have made one of that name."""
    try:
        facts = known.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == uid and stat.S_IMODE(facts.st_mode) == 0o700
