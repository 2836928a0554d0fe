"""ETag and If-Match: which state of a row somebody has seen."""

import hashlib
import json
import re
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

_TAG = re.compile(r'(?:W/)?"(?P<version>[0-9]{1,9})(?:\.[0-9a-f]{12})?"')


def tag_of(row: Any, body: Any, *, moves: bool = False) -> str:
    """The row's version, or a digest of what is given of a row that has none; both where that `moves` while the
    version stays."""
    version = version_of(row)
    if version and not moves:
        return f'"{version}"'
    text = json.dumps(body, cls=DjangoJSONEncoder, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f'"{version}.{digest[:12]}"' if version else f'"{digest[:24]}"'


def version_of(row: Any) -> int | None:
    """None for what has none: a site's `version` is that of its program."""
    version = getattr(row, "version", None)
    return version if isinstance(version, int) else None


def is_known(request: Any, tag: str) -> bool:
    """Whether If-None-Match names this state."""
    known = [text.strip().removeprefix("W/") for text in request.headers.get("If-None-Match", "").split(",")]
    return tag in known or "*" in known


def matched(request: Any, row: Any) -> int | None:
    """The version that If-Match names, None without one; 0, which is none, for what names no version."""
    text = request.headers.get("If-Match", "").strip()
    if not text:
        return None
    if text == "*":
        return version_of(row) or 0
    found = _TAG.fullmatch(text)
    return int(found["version"]) if found else 0


def is_seen(request: Any, row: Any, tag: str) -> bool:
    """Whether If-Match, if there is one, names this state. tag: of a row without a version."""
    seen = matched(request, row)
    if seen is None or version_of(row) is not None:
        return seen is None or seen == version_of(row)
    return request.headers["If-Match"].strip() in {"*", tag}
