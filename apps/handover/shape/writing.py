"""How nouns become files: a table, a document for each row, or a list in YAML."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.core.text import slug_of
from apps.engagements.models import Engagement

from ..rules import documents, tables
from ..rules.limits import PIECE
from .names import Names
from .nouns import Noun, Row

File = tuple[str, Iterable[bytes]]  # its name in the pack, and its bytes


@dataclass
class Out:
    """A pack that is being written. people: the ids of everybody whom it names; counts: rows of each noun, so far."""

    engagement: Engagement
    people: set[Any] = field(default_factory=set)
    names: Names = field(default_factory=Names)
    counts: dict[str, int] = field(default_factory=dict)

    def rows(self, noun: Noun) -> Iterator[Row]:
        """The rows of a noun, counted."""
        self.counts.setdefault(noun.name, 0)
        for row in noun.plain_rows(self.engagement, self.names):
            self.counts[noun.name] += 1
            yield row

    def table(self, noun: Noun, path: str, rows: Iterable[Row] | None = None) -> Iterator[File]:
        """A table of all rows; none when there are none."""
        found = iter(self.rows(noun) if rows is None else rows)
        if (first := next(found, None)) is not None:
            yield path, gathered(self._lines(noun, first, found))

    def _lines(self, noun: Noun, first: Row, rest: Iterator[Row]) -> Iterator[str]:
        yield tables.line_of(noun.heads)
        yield self._line(noun, first)
        for row in rest:
            yield self._line(noun, row)

    def _line(self, noun: Noun, row: Row) -> str:
        return tables.line_of([str(row[noun.named]), *(one.cell(row[one.name]) for one in noun.columns)])

    def prose(self, noun: Noun, text: str, path: Callable[[Row], str]) -> Iterator[File]:
        """A document of Markdown for each row; `text` is the column that is its text."""
        for row in self.rows(noun):
            head = {name: value for name, value in row.items() if name != text}
            yield path(row), [documents.prose(head, row[text]).encode()]

    def documents(self, noun: Noun, path: Callable[[Row], str]) -> Iterator[File]:
        """A document of YAML for each row."""
        for row in self.rows(noun):
            yield path(row), [documents.dump(row).encode()]


def gathered(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines in larger pieces."""
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def file_of(folder: str, day: Any, name: str, title: str, ending: str = "md") -> str:
    """Such as "log/2026-11-21-L-12-short-title.md"; day: a time as a pack says it."""
    return f"{folder}/{str(day)[:10]}-{name}-{slug_of(title, limit=40)}.{ending}"
