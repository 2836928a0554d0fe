"""What the command remembers: `~/.config/fieldwork/config.toml`, readable by its owner alone. The environment wins."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from .stop import TOKEN, USAGE, Stop


class Memory(NamedTuple):
    """url: of the Fieldwork; token; engagement: an id, a slug or a part of a name, and `called`: its name."""

    url: str = ""
    token: str = ""
    engagement: str = ""
    called: str = ""

    def __repr__(self) -> str:
        return f"Memory({self.url!r})"  # never the token, wherever this may be printed


def path_of(environ: Mapping[str, str]) -> Path:
    """Where it is kept."""
    base = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(base) if base.startswith("/") else Path(environ.get("HOME") or Path.home()) / ".config"
    return folder / "fieldwork" / "config.toml"


def recall(environ: Mapping[str, str]) -> Memory:
    """What is remembered, with what FIELDWORK_URL, FIELDWORK_TOKEN and FIELDWORK_ENGAGEMENT say instead.

    Raises Stop for a file that others can read, one that is no TOML, and when the remembered token would go to
    another server than the one it was remembered for.
    """
    kept = _read(path_of(environ))
    url = environ.get("FIELDWORK_URL", "")
    token = environ.get("FIELDWORK_TOKEN", "").strip()
    if url and kept.token and not token and checked(url) != kept.url:
        message = f"The remembered token is for {kept.url}, but FIELDWORK_URL says {checked(url)}."
        raise Stop(TOKEN, f"{message} Set FIELDWORK_TOKEN as well, or: fieldwork login --url {checked(url)}")
    now = kept._replace(url=checked(url) if url else kept.url, token=token or kept.token)
    named = environ.get("FIELDWORK_ENGAGEMENT", "").strip()
    return now._replace(engagement=named, called="") if named else now


def remember(environ: Mapping[str, str], memory: Memory) -> None:
    """Put the file in place in one step; nobody else can read it at any time. Raises Stop when it cannot be kept."""
    path = path_of(environ)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    values = {
        "url": memory.url,
        "token": memory.token,
        "engagement": memory.engagement,
        "called": memory.called,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            # a JSON string without control characters is a TOML string
            file.writelines(f"{name} = {json.dumps(value)}\n" for name, value in values.items() if value)
        fresh.replace(path)
    except OSError as error:
        raise Stop(USAGE, f"{path} cannot be written: {error.strerror}.") from None


def forget(environ: Mapping[str, str]) -> bool:
    """Remove the file; whether there was one."""
    try:
        path_of(environ).unlink()
    except FileNotFoundError:
        return False
    return True


def checked(url: str) -> str:
    """An address of a Fieldwork, without a slash at its end. Raises Stop for what is none."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Stop(
            USAGE, f"{url!r} is not an address; write one such as https://fieldwork.example.com"
        ) from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Stop(
            USAGE, "The address must be https://host, or http:// on this machine, without a name or password."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise Stop(
            USAGE,
            f"A token is not sent to {host} in the clear; use https://. Only this machine may do without.",
        )
    if parts.query or parts.fragment:
        raise Stop(USAGE, "The address must end before '?' and '#'.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether that is this machine, for certain."""
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())


def _read(path: Path) -> Memory:
    import tomllib

    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise Stop(TOKEN, f"Others can read {path}, which holds a token. Run: chmod 600 {path}")
            found = tomllib.load(file)
    except FileNotFoundError:
        return Memory()
    except (OSError, ValueError) as error:
        raise Stop(USAGE, f"{path} cannot be read: {error}. Sign in again: fieldwork login --url …") from None
    known = {name: str(found.get(name, "")) for name in ("url", "token", "engagement", "called")}
    return Memory(**{**known, "url": checked(known["url"]) if known["url"] else ""})
