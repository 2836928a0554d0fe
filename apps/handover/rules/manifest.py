"""The manifest: what a pack is, and every file of it with its size and digest."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import documents
from .limits import FORMAT, MANIFEST, MOST_BYTES, MOST_FILES
from .paths import require_distinct, require_path
from .refusal import Unfit, shown

NAME = "manifest.yml"
KIND = "fieldwork handover pack"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEYS = ["pack", "format", "fieldwork", "client", "engagement", "counts", "files"]


@dataclass(frozen=True)
class Sealed:
    """One file: its name, how many bytes it has, and their SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """fieldwork: the version that wrote it; counts: rows of each noun."""

    fieldwork: str
    client: str
    engagement: str
    counts: Mapping[str, int]
    files: Mapping[str, Sealed]


def written(manifest: Manifest) -> str:
    """The manifest as YAML."""
    files = sorted(manifest.files.values(), key=lambda one: one.path)
    return documents.dump(
        {
            "pack": KIND,
            "format": FORMAT,
            "fieldwork": manifest.fieldwork,
            "client": manifest.client,
            "engagement": manifest.engagement,
            "counts": dict(sorted(manifest.counts.items())),
            "files": [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in files],
        }
    )


def read(raw: bytes) -> Manifest:
    """The manifest of a pack. Raises Unfit for none that this Fieldwork knows."""
    data = documents.read(raw, NAME, most=MANIFEST, things=8 * MOST_FILES)
    if not isinstance(data, dict) or data.get("pack") != KIND:
        raise Unfit(f"This is no {KIND}.", NAME)
    if type(data.get("format")) is not int or data["format"] != FORMAT:
        known = f"this Fieldwork reads format {FORMAT}"
        raise Unfit(f"Its format is {shown(str(data.get('format')))}; {known}.", NAME)
    if list(data) != _KEYS:
        raise Unfit(f"It says {', '.join(_KEYS)}, in that order.", NAME)
    words: list[str] = [data[name] for name in ("fieldwork", "client", "engagement")]
    if not all(isinstance(one, str) and 0 < len(one) <= 200 for one in words):
        raise Unfit("Version, client and engagement are words.", NAME)
    fieldwork, client, engagement = words
    return Manifest(fieldwork, client, engagement, _counts(data["counts"]), _files(data["files"]))


def _counts(data: Any) -> dict[str, int]:
    if not isinstance(data, dict) or not all(type(one) is int and one >= 0 for one in data.values()):
        raise Unfit("Its counts are whole numbers.", NAME)
    return data


def _files(data: Any) -> dict[str, Sealed]:
    if not isinstance(data, list) or len(data) > MOST_FILES:
        raise Unfit(f"Its files are a list of at most {MOST_FILES:,}.", NAME)
    found = [_sealed(one) for one in data]
    require_distinct([NAME, *(one.path for one in found)])
    if sum(one.size for one in found) > MOST_BYTES:
        raise Unfit(f"All files together have more than {MOST_BYTES >> 30} GB.", NAME)
    return {one.path: one for one in found}


def _sealed(data: Any) -> Sealed:
    if not isinstance(data, dict) or list(data) != ["path", "size", "sha256"]:
        raise Unfit("Each of its files has path, size and sha256.", NAME)
    path, size, digest = data["path"], data["size"], data["sha256"]
    if not isinstance(path, str) or type(size) is not int or size < 0 or not isinstance(digest, str):
        raise Unfit("Each of its files has path, size and sha256.", NAME)
    if not _SHA256.fullmatch(digest):
        raise Unfit(f"The sha256 of {shown(path)} is none.", NAME)
    return Sealed(require_path(path), size, digest)


def require_same(manifest: Manifest, there: Iterable[str]) -> None:
    """Raises Unfit for a file that is there and not in the manifest, or the other way round."""
    found = set(there) - {NAME}
    for name in sorted(found - manifest.files.keys()):
        raise Unfit("This file is in the pack and not in its manifest.", name)
    for name in sorted(manifest.files.keys() - found):
        raise Unfit("This file is in the manifest and not in the pack.", name)
