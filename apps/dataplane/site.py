"""A site's folder: who it is, whom it obeys, where its messages go, its keys, and where it keeps what stays."""

import fcntl
import json
import os
import re
import secrets
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from joserfc.jwk import OKPKey

from .contract.broker import queue_of
from .contract.envelope import load_key, new_key, private_text, public_text
from .contract.privacy import Level
from .policy import FILE as POLICY_FILE
from .policy import Policy, load_policy, write_policy

FILE = "site.toml"
FOLDERS = ("snapshots", "results", "grants", "secrets", "log", "temp", "engine")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


class SiteError(Exception):
    """The site's folder cannot be used; the text says what would be right."""


def is_id(text: str) -> bool:
    """Whether `text` may stand in a queue's or a file's name: letters, digits, hyphen, underscore, at most 64."""
    return bool(_ID.match(text))


@dataclass(frozen=True)
class Site:
    """The settings of one site; `state` is its folder (0700), below which it alone writes."""

    state: Path
    id: str
    name: str
    control_key: OKPKey
    broker: str
    results_queue: str

    @property
    def queue(self) -> str:
        return queue_of(self.id)

    @cached_property
    def key(self) -> OKPKey:
        """The pair that signs what leaves."""
        return load_key((self.state / "site.key").read_text())

    @cached_property
    def secret(self) -> bytes:
        """The key of keyed hashes; it never leaves."""
        return bytes.fromhex((self.state / "hash.key").read_text().strip())

    @property
    def public_key(self) -> str:
        """JSON for enrolment."""
        return public_text(self.key)

    def policy(self) -> Policy:
        """As the file says now. Raises PolicyError."""
        return load_policy(self.state / POLICY_FILE)

    def folder(self, name: str) -> Path:
        return self.state / name


def create_site(
    state: Path,
    *,
    id: str,
    name: str,
    control_key: str,
    broker: str,
    roots: list[Path],
    level: Level = Level.SCORES,
    names: bool = False,
) -> Site:
    """Write the folder; a second call renews id, name, broker and control's key, and keeps keys and policy.

    Raises SiteError.
    """
    if not is_id(id):
        raise SiteError(f"--id {id!r}: letters, digits, hyphens and underscores only, at most 64")
    try:
        load_key(control_key)
    except ValueError as error:
        raise SiteError(f"--control-key is {error}") from error
    for root in roots:
        if not root.is_dir():
            raise SiteError(f"--root {root} is not a folder")
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    state.chmod(0o700)
    for folder in FOLDERS:
        (state / folder).mkdir(exist_ok=True, mode=0o700)
    _keep(state / "site.key", private_text(new_key()))
    _keep(state / "hash.key", secrets.token_hex(32))
    if not (state / POLICY_FILE).exists():
        write_policy(state / POLICY_FILE, level=level, names=names, roots=[root.resolve() for root in roots])
    settings = {
        "id": id,
        "name": name,
        "broker": broker,
        "results_queue": "results",
        "control_key": control_key,
    }
    lines = [f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in settings.items()]
    _replace(state / FILE, "# Written by fieldwork-site init.\n" + "\n".join(lines) + "\n")
    return load_site(state)


def load_site(state: Path) -> Site:
    """The site kept in `state`. Raises SiteError."""
    path = state / FILE
    try:
        table = tomllib.loads(path.read_text())
        return Site(
            state=state.resolve(),
            id=table["id"],
            name=table["name"],
            control_key=load_key(table["control_key"]),
            broker=table["broker"],
            results_queue=table["results_queue"],
        )
    except FileNotFoundError as error:
        raise SiteError(f"{state} is not a site's folder; fieldwork-site init makes one") from error
    except KeyError as error:
        raise SiteError(f"{path} lacks {error}; run fieldwork-site init again") from error
    except (OSError, ValueError) as error:
        raise SiteError(f"{path}: {error}") from error


@contextmanager
def sole_worker(state: Path) -> Iterator[None]:
    """Hold the folder's lock: one worker per site. Raises SiteError naming the process that holds it."""
    with open(state / "worker.lock", "a+", opener=lambda name, flags: os.open(name, flags, 0o600)) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise SiteError(f"{state} is in use by the worker with process id {holder}") from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
        lock.truncate(0)


def _keep(path: Path, text: str) -> None:
    if not path.exists():
        _replace(path, text)


def _replace(path: Path, text: str) -> None:
    """In one step, readable by its owner only from the first byte on."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(fresh, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    fresh.replace(path)
