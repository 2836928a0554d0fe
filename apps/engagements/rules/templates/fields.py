"""One mapping of plain data, read field by field. What is wrong is noted, never raised, so that a person is told of
everything at once."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..grammar_words import nearest

TITLE = 200  # characters
TEXT = 20_000
LATEST = 3_660  # days, about ten years
MOST = 200  # rows of one list
LINES = 50  # of a checklist

Path = tuple[str | int, ...]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place of a template, as a sentence that says what would be right."""

    path: Path
    says: str

    def where(self) -> str:
        """The place in words: "phase 3, action 2, day"."""
        words: list[str] = []
        for part in self.path:
            if isinstance(part, int) and words:
                words[-1] = f"{_one_of(words[-1])} {part + 1}"
            else:
                words.append(str(part).replace("_", " "))
        return ", ".join(words)

    def __str__(self) -> str:
        return f"{self.where()}: {self.says}" if self.path else self.says


def _one_of(name: str) -> str:
    return (
        name.removesuffix("criteria") + "criterion" if name.endswith("criteria") else name.removesuffix("s")
    )


@dataclass
class Fields:
    """One mapping of a template as it is being read: each field once, what is wrong noted in `problems`."""

    path: Path
    data: Mapping[str, Any]
    problems: list[Problem]
    read: set[str] = field(default_factory=set)

    def wrong(self, name: str | int, says: str) -> None:
        """Note what is wrong with a field, with a place in a list, or (an empty name) with the whole."""
        self.problems.append(Problem(self.path if name == "" else (*self.path, name), says))

    def line(self, name: str, *, limit: int = TITLE, required: bool = True) -> str:
        """A text on one line."""
        value = self._get(name)
        if value is None:
            if required:
                self.wrong(name, "This is missing; it is a text.")
            return ""
        return self._line(name, value, limit)

    def text(self, name: str) -> str:
        """A text of several lines."""
        value = self._get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(name, f"“{_short(value)}” is no text; put it in quotes.")
            return ""
        plain = value.replace("\r\n", "\n").strip()
        if len(plain) > TEXT:
            self.wrong(name, f"This has {len(plain):,} characters; at most {TEXT:,} are kept.")
        self._printable(name, plain, besides="\n\t")
        return plain

    def day(self, name: str, *, required: bool = False) -> int | None:
        """A day, counted from the start."""
        value = self._get(name)
        if value is None:
            if required:
                self.wrong(name, "This is missing; it is a day counted from the start, such as 14.")
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(name, f"“{_short(value)}” is no day; write days from the start, such as 14.")
            return None
        if not 0 <= value <= LATEST:
            self.wrong(name, f"{value} is not between 0 (the day of the start) and {LATEST}.")
            return None
        return value

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of a few words."""
        value = self._get(name)
        known = list(choices)
        if value is None or value in known:
            return default if value is None else str(value)
        near = nearest(str(value).lower(), known)
        meant = f"did you mean {near}?" if near else f"choose one of {', '.join(known)}."
        self.wrong(name, f"“{_short(value)}” is not known; {meant}")
        return default

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._get(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(name, f"“{_short(value)}” is neither true nor false.")
        return default

    def lines(self, name: str) -> tuple[str, ...]:
        """A list of texts, each on one line."""
        found = [self._line_at(name, at, value) for at, value in enumerate(self._list(name, LINES))]
        return tuple(line for line in found if line)

    def rows(self, name: str, make: Callable[["Fields"], Made]) -> tuple[Made, ...]:
        """A list of mappings."""
        made = []
        for at, value in enumerate(self._list(name, MOST)):
            path = (*self.path, name, at)
            if not isinstance(value, Mapping):
                self.problems.append(Problem(path, "Expected “title: …” and so on, indented alike."))
                continue
            inner = Fields(path, value, self.problems)
            made.append(make(inner))
            inner.done()
        return tuple(made)

    def done(self) -> None:
        """Note the fields that nobody has read."""
        for name in self.data:
            if name not in self.read:
                near = nearest(str(name), sorted(self.read))
                meant = f"did you mean {near}?" if near else f"known here are {', '.join(sorted(self.read))}."
                self.wrong(str(name), f"There is no “{_short(name)}” here; {meant}")

    def _get(self, name: str) -> Any:
        self.read.add(name)
        return self.data.get(name)

    def _list(self, name: str, most: int) -> list[Any]:
        value = self._get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.wrong(name, "Expected a list: a line with “- ” for each.")
            return []
        if len(value) > most:
            self.wrong(name, f"These are {len(value)}; at most {most} are kept.")
        return list(value)[:most]

    def _line_at(self, name: str, at: int, value: Any) -> str:
        return Fields((*self.path, name), {}, self.problems)._line(at, value, TITLE)

    def _line(self, name: str | int, value: Any, limit: int) -> str:
        if not isinstance(value, str):
            self.wrong(name, f"“{_short(value)}” is no text; put it in quotes.")
            return ""
        line = " ".join(value.split())
        if not line:
            self.wrong(name, "This is empty; it is a text.")
        elif len(line) > limit:
            self.wrong(name, f"This has {len(line)} characters; at most {limit} are kept.")
        self._printable(name, line)
        return line

    def _printable(self, name: str | int, text: str, besides: str = "") -> None:
        if any(unicodedata.category(each) in {"Cc", "Cs"} for each in text if each not in besides):
            self.wrong(name, "This holds characters that cannot be shown.")


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"
