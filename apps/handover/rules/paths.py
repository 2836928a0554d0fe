"""Names of files in a pack: relative, plain, and the same one on every system."""

import re
import unicodedata
from collections.abc import Iterable

from .limits import DEPTH, NAME
from .refusal import Unfit

_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def require_path(name: str) -> str:
    """The name, when a pack may have a file that is called so. Raises Unfit for one that leads out of the pack or that
    some system would understand otherwise."""
    if fault := _fault(name):
        raise Unfit(f"A pack has no file of that name: {fault}.", name)
    return name


def _fault(name: str) -> str:
    if not name or len(name) > NAME:
        return f"a name has 1 to {NAME} characters"
    if "\\" in name:
        return "it holds a backslash"
    if name.startswith("/") or re.match(r"^[A-Za-z]:", name):
        return "it is absolute"
    if not all(one.isprintable() for one in name) or unicodedata.normalize("NFC", name) != name:
        return "it holds characters that cannot be shown, or are written otherwise elsewhere"
    parts = name.split("/")
    if len(parts) > DEPTH:
        return "its folders lie too deep"
    for part in parts:
        if part in {"", ".", ".."}:
            return f"“{part}” leads out of its folder" if part else "it has an empty part"
        if part.endswith((".", " ")) or ":" in part or _RESERVED.match(part):
            return "some systems cannot keep it"
    return ""


def require_distinct(names: Iterable[str]) -> None:
    """Raises Unfit for a name that is there twice, or differs from another one in its case alone, and for a file that
    another name takes for a folder."""
    known: dict[str, str] = {}
    for name in names:
        key = name.casefold()
        if key in known:
            twice = "is there twice" if known[key] == name else f"and {known[key]} differ in case alone"
            raise Unfit(f"This file {twice}.", name)
        known[key] = name
    for key, name in known.items():
        parts = key.split("/")
        for end in range(1, len(parts)):
            if (folder := "/".join(parts[:end])) in known:
                raise Unfit(f"This lies in {known[folder]}, which is a file.", name)
