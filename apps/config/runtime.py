"""What the supervisor of a single machine writes down for the other processes: addresses and keys, below the home.

`runtime.json` (mode 0600) holds {"database": …, "broker": …, "site_broker": …, "web": …}.
"""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FILE = "runtime.json"


def read(home: Path) -> dict[str, Any]:
    """What is written down; empty before the first start."""
    try:
        return dict(json.loads((home / FILE).read_text()))
    except FileNotFoundError:
        return {}


def write(home: Path, facts: dict[str, Any]) -> None:
    """Replace the file in one step, readable by its owner only."""
    temporary = home / f".{FILE}.{os.getpid()}"
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(facts, indent=2))
    temporary.replace(home / FILE)


def database(home: Path) -> dict[str, Any]:
    """Django's settings of the embedded database; before the first start an address where nobody answers."""
    address = read(home).get("database", {})
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.get("dbname", "fieldwork"),
        "USER": address.get("user", "fieldwork"),
        "PASSWORD": address.get("password", ""),
        "HOST": address.get("host", str(home / "not-started")),
        "PORT": str(address.get("port", "")),
    }


def secret(home: Path, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """A secret kept in `home/keys`, made when first asked for."""
    path = home / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(make())
        try:
            os.link(fresh, path)  # of two processes that start at once, one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def hosts(public_url: str, further: str) -> list[str]:
    """Host names out of the public address and a comma-separated list."""
    named = [urlsplit(public_url).hostname or "", *further.split(",")]
    return [name.strip() for name in named if name.strip()]
