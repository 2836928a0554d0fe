"""How files become rows again.

Rows go to the tables by COPY, as rows of the past do: they have times, versions and people of their own, which a
service that writes something down now would replace. What services check besides is checked here (the columns) and by
the database's constraints; in the end the pack is written once more and compared (`services.importing`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from django.db.models import Model

from apps.accounts.models import User
from apps.core.copying import copy_rows
from apps.engagements.models import Client, Engagement, Item

from ..rules import documents, tables
from ..rules.limits import DOCUMENT
from ..rules.manifest import Manifest
from ..rules.refusal import Unfit
from .names import Ids
from .nouns import ItemNoun, Noun, Row

AT_ONCE = 5_000  # rows held in memory
Values = dict[str, Any]


class Files(Protocol):
    """The files of a pack, wherever they lie."""

    def names(self) -> list[str]:
        """All of them."""

    def size(self, name: str) -> int:
        """Bytes, as is said."""

    def open(self, name: str) -> BinaryIO:
        """One of them, to be read."""


@dataclass
class Into:
    """A pack that is being read. wanted: another name for its engagement; keep: what else has to happen once all is
    certain, or is taken back; warnings: sentences for whoever imports it."""

    files: Files
    manifest: Manifest
    by: User | None
    wanted: str = ""
    client: Client = field(init=False)
    engagement: Engagement = field(init=False)
    ids: Ids = field(default_factory=Ids)
    now: str = ""  # the file that is being read, for whoever has to say where something went wrong
    taken: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    keep: Callable[[Any], Any] = field(default=lambda context: context.__enter__())

    def has(self, path: str) -> bool:
        """Whether the pack has that file."""
        return path in self.manifest.files

    def within(self, folder: str, ending: str) -> list[str]:
        """The files of a folder."""
        return sorted(
            path for path in self.manifest.files if path.startswith(f"{folder}/") and path.endswith(ending)
        )

    def open(self, path: str) -> BinaryIO:
        """A file, which is taken by that. Raises Unfit for one that is not there."""
        if not self.has(path):
            raise Unfit("The pack has no such file.", path)
        self.now = path
        self.taken.add(path)
        return self.files.open(path)

    def whole(self, path: str) -> bytes:
        """All of a small file. Raises Unfit."""
        with self.open(path) as file:
            return file.read(DOCUMENT + 1)

    def yaml(self, path: str) -> Any:
        """A file of YAML. Raises Unfit."""
        return documents.read(self.whole(path), path)

    def table(self, noun: Noun, path: str) -> Iterator[tuple[Values, int]]:
        """The values of each row of a table, and its line; nothing without the table. Raises Unfit."""
        if not self.has(path):
            return
        with self.open(path) as file:
            columns = noun.columns
            for line, cells in tables.rows_of(file, path, noun.heads):
                row: Row = {noun.named: self._named(noun, cells[0])}
                for column, cell in zip(columns, cells[1:], strict=True):
                    row[column.name] = column.heard(cell, path, line)
                yield self.values(noun, row, path, line), line

    def _named(self, noun: Noun, cell: str) -> Any:
        return int(cell) if noun.named == "no" and cell.isascii() and cell.isdigit() else cell

    def prose(self, noun: Noun, text: str, folder: str) -> Iterator[tuple[Values, str]]:
        """The values of each document of Markdown, and its file. Raises Unfit."""
        for path in self.within(folder, ".md"):
            head, body = documents.read_prose(self.whole(path), path)
            if text in head:
                raise Unfit(f"{text} stands below the facts.", path)
            row = {name: body if name == text else head.get(name) for name in noun.heads}
            if list(head) != [name for name in noun.heads if name != text]:
                noun.require_columns(head | {text: body}, path)
            yield self.values(noun, row, path, 0), path

    def documents(self, noun: Noun, folder: str) -> Iterator[tuple[Values, str]]:
        """The values of each document of YAML, and its file. Raises Unfit."""
        for path in self.within(folder, ".yml"):
            row = noun.require_columns(self.yaml(path), path)
            yield self.values(noun, row, path, 0), path

    def values(self, noun: Noun, row: Row, path: str, line: int) -> Values:
        """The values of one row, counted. Raises Unfit."""
        self.counts[noun.name] = self.counts.get(noun.name, 0) + 1
        return noun.values(row, self.ids, path, line)

    def copy(self, noun: Noun, rows: Iterable[tuple[Values, Any]], **more: Any) -> None:
        """Write rows to their tables, in batches. more: values that all of them have."""
        for batch in _batches(rows):
            self.put(noun, [values | more for values in batch])

    def put(self, noun: Noun, rows: list[Values]) -> None:
        """Write these rows to their tables; of items, what all items have comes first."""
        if isinstance(noun, ItemNoun):
            copy_rows(Item, [row | {"engagement_id": self.engagement.pk} for row in rows])
            copy_rows(noun.model, [row | {"item_ptr_id": row["id"]} for row in rows])
        else:
            copy_rows(noun.model, rows)

    def create(self, noun: Noun, rows: Iterable[tuple[Values, Any]], **more: Any) -> None:
        """Write rows whose keys the database gives, and know them by their names."""
        for batch in _batches(rows):
            model: type[Model] = noun.model
            made = model._base_manager.bulk_create(
                [
                    model(**{name: value for name, value in (one | more).items() if name != "id"})
                    for one in batch
                ]
            )
            for values, row in zip(batch, made, strict=True):
                self.ids.know(self.ids.name_of(values["id"]), row.pk)


def _batches(rows: Iterable[tuple[Values, Any]]) -> Iterator[list[Values]]:
    held: list[Values] = []
    for values, _ in rows:
        held.append(values)
        if len(held) >= AT_ONCE:
            yield held
            held = []
    if held:
        yield held
