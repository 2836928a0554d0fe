"""Whom a cell names. Pure."""

import re
from collections.abc import Sequence
from typing import TypeVar

from ..mentions import Named, matching

Somebody = TypeVar("Somebody", bound=Named)
LONGEST = 200  # characters of a cell that names somebody
_ADDRESS = re.compile(r"[^\s<>()\[\],;@]{1,64}@[^\s<>()\[\],;]{1,255}")
_BRACKETS = re.compile(r"\s*[<(\[].*$")


def key_of(cell: str) -> str:
    """What stands for a name however it is spaced and capitalised."""
    return " ".join(cell.lower().split())


def person_of(cell: str, people: Sequence[Somebody]) -> Somebody | None:
    """The one person that a cell names: by address, whole name ("Lindqvist, Maria" too) or, if only one is called so,
    by first name or handle. None for nobody known, for more than one, and for what is too long to be a name."""
    if len(cell) > LONGEST:
        return None
    if address := _ADDRESS.search(cell):
        found = [person for person in people if person.email == address[0].lower()]
        if found:
            return found[0]
    name = key_of(_BRACKETS.sub("", cell))
    last, _, first = name.partition(",")
    for way in (name, f"{first.strip()} {last.strip()}" if first else ""):
        found = [person for person in people if way and key_of(person.name) == way]
        if found:
            return found[0] if len(found) == 1 else None
    called = matching(name.removeprefix("@"), people) if name and " " not in name else []
    return called[0] if len(called) == 1 else None
