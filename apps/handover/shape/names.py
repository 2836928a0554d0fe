"""What rows are called in a pack. A pack holds no id of an installation: an item goes by its reference, a person by a
handle, everything else by its noun and its place, such as "runs/3".

In JSON a name stands behind an @, and a text that begins with one gets another. An id of which the pack does not have
the row (it was removed, or is none of the pack's) is "gone/1", "gone/2", … in the order in which they appear.
"""

import re
import secrets
from collections.abc import Container, Iterable
from typing import Any
from uuid import UUID

from apps.engagements.rules.items import KIND_OF_PREFIX

from ..rules.refusal import Unfit, shown

GONE = "gone"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"(?:([A-Z])-|([a-z-]+)/)([1-9]\d{0,8})")


class Names:
    """From rows to names, while a pack is written. opaque: other strings that change with the installation."""

    def __init__(self) -> None:
        self._of: dict[Any, str] = {}
        self.opaque: dict[str, str] = {}
        self._gone: dict[str, str] = {}

    def give(self, noun: str, keys: Iterable[Any]) -> int:
        """Call these rows noun/1, noun/2, …; returns how many there are."""
        number = 0
        for number, key in enumerate(keys, 1):
            self._of[key if isinstance(key, UUID) else (noun, key)] = f"{noun}/{number}"
        return number

    def call(self, key: UUID, name: str) -> None:
        """Call that row so."""
        self._of[key] = name

    def of(self, noun: str, key: Any) -> str:
        """The name of a row. Raises KeyError for one that the pack does not have."""
        return self._of[key if isinstance(key, UUID) else (noun, key)]

    def any_of(self, key: UUID | str) -> str:
        """The name of whatever has that id."""
        text = str(key)
        if known := self._of.get(UUID(text)):
            return known
        return self._gone.setdefault(text, f"{GONE}/{len(self._gone) + 1}")

    def said(self, value: Any) -> Any:
        """JSON with names instead of ids, keys of mappings too."""
        if isinstance(value, dict):
            return {self._text(str(name)): self.said(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.said(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if text in self.opaque:
            return f"@{self.opaque[text]}"
        if _ID.fullmatch(text):
            return f"@{self.any_of(text)}"
        return f"@{text}" if text.startswith("@") else text


class Ids:
    """From names to ids, while a pack is read. Every import has ids of its own, which ascend with the numbers of a
    noun: so whatever is sorted by time and then by id stands in the same order again."""

    def __init__(self) -> None:
        self._base = secrets.randbits(58) << 70
        self._nouns: dict[str, int] = {}
        self._known: dict[str, Any] = {}
        self._asked: dict[str, tuple[str, int]] = {}
        self.opaque: dict[str, str] = {}

    def make(self, name: str, file: str, line: int) -> UUID:
        """A new row of that name. Raises Unfit for one that is there already."""
        if name in self._known:
            raise Unfit(f"{shown(name)} is there twice.", file, line)
        found = self._id(name, file, line)
        self._known[name] = found
        return found

    def know(self, name: str, key: Any) -> None:
        """That name is a row which has its key from elsewhere."""
        self._known[name] = key

    def name_of(self, made: UUID) -> str:
        """The name of which `make` has made that id."""
        noun = list(self._nouns)[(made.int >> 48 & 0x3FFFFF) - 1]
        number = made.int & (1 << 48) - 1
        return f"{noun}-{number}" if noun in KIND_OF_PREFIX else f"{noun}/{number}"

    def key(self, name: str, file: str, line: int) -> Any:
        """The key of a row that was read before. Raises Unfit."""
        if name not in self._known:
            raise Unfit(f"The pack has no {shown(name)}.", file, line)
        return self._known[name]

    def of(self, name: str, file: str, line: int) -> Any:
        """The key of a row that is read sooner or later (`require_all`). Raises Unfit for what is no name."""
        if name in self._known:
            return self._known[name]
        self._asked.setdefault(name, (file, line))
        return self._id(name, file, line)

    def any_of(self, name: str, file: str, line: int) -> UUID:
        """The id of whatever has that name, or had it and is gone."""
        found = self._id(name, file, line) if name.startswith(f"{GONE}/") else self.of(name, file, line)
        if not isinstance(found, UUID):
            raise Unfit(f"{shown(name)} cannot stand here.", file, line)
        return found

    def require_all(self, later: Container[str] = ()) -> None:
        """Raises Unfit for a name that leads nowhere. later: nouns that are still to be read."""
        for name, (file, line) in self._asked.items():
            if name not in self._known and name.rpartition("/")[0] not in later:
                raise Unfit(f"The pack has no {shown(name)}.", file, line)

    def heard(self, value: Any, file: str, line: int) -> Any:
        """JSON with ids instead of names. Raises Unfit."""
        if isinstance(value, dict):
            pairs = value.items()
            return {self._text(name, file, line): self.heard(each, file, line) for name, each in pairs}
        if isinstance(value, list):
            return [self.heard(each, file, line) for each in value]
        return self._text(value, file, line) if isinstance(value, str) else value

    def _text(self, text: str, file: str, line: int) -> str:
        if not text.startswith("@"):
            return text
        name = text[1:]
        if name.startswith("@"):
            return name
        return self.opaque[name] if name in self.opaque else str(self.any_of(name, file, line))

    def _id(self, name: str, file: str, line: int) -> UUID:
        said = _NAME.fullmatch(name)
        if said is None or (said.group(1) and said.group(1) not in KIND_OF_PREFIX):
            raise Unfit(f"{shown(name) or 'An empty text'} is no name of anything in a pack.", file, line)
        noun = said.group(1) or said.group(2)
        place = self._nouns.setdefault(noun, len(self._nouns) + 1)
        return UUID(int=self._base | place << 48 | int(said.group(3)))
