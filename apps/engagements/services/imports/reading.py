"""A waiting file as rows that are judged: what its columns settle, whom its names stand for, what is there already."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused

from ...models import Import
from ...rules.imports import cells, dates, people
from ...rules.imports.fields import fields_of
from ...rules.imports.rows import Chosen, Reader, Row
from ...rules.imports.table import Table, Unreadable, table_of
from ...selectors.imports import known_on, people_for

ASKED_ORDER, ASKED_SCALE = "order", "scale"


@dataclass
class Columns:
    """What whole columns say. settled: {field: order or scale}; asks: what no column says; names: who stands in them
    and how often."""

    settled: dict[str, Any] = field(default_factory=dict)
    asks: set[str] = field(default_factory=set)
    names: Counter[str] = field(default_factory=Counter)


class Work:
    """One reading of a file, as its mapping wants it. Raises Refused for one that is no table."""

    def __init__(self, pending: Import) -> None:
        self.pending, self.now = pending, timezone.now()
        try:
            self.table: Table = table_of(bytes(pending.content))
        except Unreadable as error:
            raise Refused("unreadable", str(error), field="file") from None
        self.people = people_for(pending.what, pending.by, pending.engagement)
        self.chosen = chosen_of(pending.mapping, self.people)
        self._found: dict[str, User | None] = {}
        self.columns = self._columns()

    @property
    def missing(self) -> list[str]:
        """The labels of what must be there and has no column."""
        return [
            one.label
            for one in fields_of(self.pending.what)
            if one.required and one.name not in self.chosen.columns
        ]

    @property
    def title(self) -> int:
        """The place of what a row is called by."""
        return self.chosen.columns["text" if self.pending.what == "log" else "title"]

    def rows(self) -> Iterator[Row]:
        """Every row, judged."""
        reader = Reader(
            self.pending.what,
            self.table.headings,
            self.chosen,
            self.columns.settled,
            self.find,
            zone_of(self.pending.by),
            self.now,
        )
        known = known_on(self.pending.engagement, self.pending.what)
        for number, row in self.table.rows():
            read = reader.read(number, row)
            known.judge(read, again=self.chosen.again)
            yield read

    def find(self, cell: str) -> User | None:
        """Whom a name stands for, if nobody has said otherwise."""
        if cell not in self._found:
            self._found[cell] = people.person_of(cell, self.people)
        return self._found[cell]

    def _columns(self) -> Columns:
        wanted = [one for one in fields_of(self.pending.what) if one.name in self.chosen.columns]
        said: dict[str, set[str]] = {
            one.name: set() for one in wanted if one.reads in {"day", "moment", "level"}
        }
        names: Counter[str] = Counter()
        owners = [self.chosen.columns[one.name] for one in wanted if one.reads == "person"]
        places = [(self.chosen.columns[name], kept) for name, kept in said.items()]
        for _, row in self.table.rows():
            for place, kept in places:
                if place < len(row):
                    kept.add(row[place])
            said_here = (row[place].strip() for place in owners if place < len(row))
            names.update(name for name in said_here if 0 < len(name) <= people.LONGEST)
        found = Columns(names=names)
        for one in wanted:
            if one.name in said:
                self._settle(found, one.name, said[one.name], levels=one.reads == "level")
        return found

    def _settle(self, found: Columns, name: str, said: set[str], *, levels: bool) -> None:
        if levels:
            scale = cells.scale_of(said)
            found.settled[name] = scale or self.chosen.scale
            if not scale and {"2", "3"} & {cell.strip() for cell in said}:
                found.asks.add(ASKED_SCALE)
            return
        order = dates.order_of(said)
        clear = order in {dates.DAY_FIRST, dates.MONTH_FIRST}
        found.settled[name] = order if clear else self.chosen.order
        if not clear and any(dates.is_open(cell) for cell in said):
            found.asks.add(ASKED_ORDER)


def chosen_of(mapping: dict[str, Any], members: Any) -> Chosen:
    """What a mapping as it is kept means. People who are no longer members stand for nobody."""
    by_id = {str(person.pk): person for person in members}
    return Chosen(
        columns=dict(mapping.get("columns", {})),
        order=mapping.get("order", ""),
        scale=mapping.get("scale", 0),
        people={key: by_id.get(pk) for key, pk in mapping.get("people", {}).items()},
        shown=mapping.get("shown", False),
        rest=mapping.get("rest", False),
        again=mapping.get("again", False),
    )


def zone_of(person: User) -> ZoneInfo:
    """Where a person's days begin."""
    try:
        return ZoneInfo(person.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
