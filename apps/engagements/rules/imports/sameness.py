"""When a row is the same as another, or as something that is there already. Pure.

Actions, RAID items and milestones are the same with the same kind, title and date; log entries with the same text at
the same time. A row that does not say when is the same as any entry of that text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from .rows import NEW, SKIPPED, Row


@dataclass
class Known:
    """What is there already, as keys; grows by each row that is new."""

    there: set[Any] = field(default_factory=set)
    rows: dict[Any, int] = field(default_factory=dict)  # key → number of the row

    def judge(self, row: Row, *, again: bool) -> None:
        """Say whether a row that can be written is new, and remember it."""
        if row.fate != NEW:
            return
        keys = keys_of(row)
        if not again and any(key in self.there for key in keys):
            row.fate, row.same = SKIPPED, "on the engagement already"
        elif not again and keys[0] in self.rows:
            row.fate, row.same = SKIPPED, f"the same as row {self.rows[keys[0]]:,}"
        else:
            self.rows.setdefault(keys[0], row.number)


def keys_of(row: Row) -> tuple[Any, ...]:
    """What tells a row from others; the first of them from other rows."""
    values = row.values
    if row.kind == "entry":
        return (entry_key(values["text"], values["at"] if values["dated"] else None),)
    return (item_key(row.kind, values["title"], values["due"]),)


def item_key(kind: str, title: str, due: date | None) -> tuple[str, str, date | None]:
    """Of an action, a RAID item or a milestone."""
    return kind, " ".join(title.lower().split()), due


def entry_key(text: str, at: datetime | None) -> tuple[bytes, int | None]:
    """Of a log entry, to the minute; without a time, of its text alone."""
    digest = blake2b(" ".join(text.split()).encode(errors="replace"), digest_size=12).digest()
    return digest, int(at.timestamp()) // 60 if at else None


def entries_known(entries: Iterable[tuple[str, datetime]]) -> set[Any]:
    """The keys of log entries that are there, each with its time and without."""
    found: set[Any] = set()
    for text, at in entries:
        found |= {entry_key(text, at), entry_key(text, None)}
    return found
