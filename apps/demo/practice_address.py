"""Where the practice endpoint of this home answers, if it does."""

import json
import urllib.request
from pathlib import Path

FILE = Path("demo/practice.json")  # its --address-file
SOON = 2.0  # seconds


def answering(home: Path) -> str | None:
    """Its address (…/v1), or None when nobody answers there now."""
    try:
        address = str(json.loads((home / FILE).read_text())["base_url"])
        with urllib.request.urlopen(f"{address}/models", timeout=SOON) as response:  # noqa: S310 - our own file
            return address if response.status == 200 else None
    except (OSError, ValueError, KeyError):
        return None
