"""Who runs PostgreSQL's programs: they refuse uid 0, so root needs a user namespace or another uid.

Three ways, the first that works on this machine:

* `plain`: an ordinary user runs them as they are;
* `namespace`: root runs them in a user namespace in which it has another number; the files stay root's own,
  so even a checkout that only root can enter will do;
* `other`: where namespaces are forbidden (most containers), another uid runs copies of the programs. It
  reaches the data folder as its working directory, which needs no permission on the folders above.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import PostgresError

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Identity:
    """`uid` owns the files; `inside` is the number that the programs see as their own."""

    way: Literal["plain", "namespace", "other"]
    uid: int
    inside: int

    def before_exec(self, last_signal: signal.Signals | None = None) -> Callable[[], None]:
        """What a child does before it executes; `last_signal` reaches it when this process dies (Linux)."""
        libc = ctypes.CDLL(None, use_errno=True)
        parent = os.getpid()

        def become() -> None:
            if self.way == "namespace":
                _enter_namespace(libc, self.inside)
            elif self.way == "other":
                os.setgroups([])
                os.setgid(pwd.getpwuid(self.uid).pw_gid)
                os.setuid(self.uid)
            if last_signal is not None and sys.platform == "linux":
                libc.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
                if os.getppid() != parent:  # it died before we asked
                    os._exit(1)

        return become

    def own(self, path: Path) -> None:
        """Give a file or folder of ours to the identity."""
        if path.stat().st_uid != self.uid:
            os.chown(path, self.uid, -1)


def choose(program: Path) -> Identity:
    """The first way in which `program` (any of PostgreSQL's) runs. Raises PostgresError when none does."""
    if os.geteuid() != 0:
        return Identity("plain", os.geteuid(), os.geteuid())
    namespace = Identity("namespace", 0, _unprivileged().pw_uid)
    if sys.platform == "linux" and _works(namespace, program):
        return namespace
    uid = _unprivileged().pw_uid
    return Identity("other", uid, uid)


def _unprivileged() -> pwd.struct_passwd:
    """An account that PostgreSQL can look up; `nobody` where there is one."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [entry for entry in pwd.getpwall() if entry.pw_uid > 0]
    if not others:
        raise PostgresError("PostgreSQL refuses to run as root, and this machine has no other account.")
    return others[0]


def _works(identity: Identity, program: Path) -> bool:
    try:
        done = subprocess.run(  # noqa: S603
            [program, "--version"], preexec_fn=identity.before_exec(), capture_output=True, check=False
        )
    except (OSError, subprocess.SubprocessError):  # the kernel or the container forbids namespaces
        return False
    return done.returncode == 0


def _enter_namespace(libc: ctypes.CDLL, inside: int) -> None:
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{inside} 0 1")
    Path("/proc/self/uid_map").write_text(f"{inside} 0 1")
