"""Credentials that the site's owner has stored at the site, one file each, for `secret:NAME` references."""

import os
import re
from pathlib import Path

from .site import SiteError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_LARGEST = 64 * 1024  # bytes


def store(folder: Path, name: str, value: str) -> None:
    """Keep `value` (0600) under `name`; the next call that refers to it uses it. Raises SiteError."""
    if not is_name(name):
        raise SiteError(f"{name!r}: letters, digits, dots, hyphens and underscores only, at most 64")
    value = value.strip()
    if not value or not value.isprintable() or len(value.encode()) > _LARGEST:
        raise SiteError("a secret is one line of text that is not empty")
    fresh = folder / f".{name}.{os.getpid()}"
    with open(fresh, "w", opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW, 0o600)) as file:
        file.write(value)
    fresh.replace(folder / name)


def names(folder: Path) -> list[str]:
    """The names that are stored, in order."""
    return sorted(path.name for path in folder.iterdir() if path.is_file() and is_name(path.name))


def forget(folder: Path, name: str) -> None:
    """Delete a secret. Raises LookupError for one that is not there."""
    if name not in names(folder):
        raise LookupError(f"there is no secret {name!r} here")
    (folder / name).unlink()


def is_name(text: str) -> bool:
    return bool(_NAME.match(text))
