"""A row of the file as what it will become, or as what is wrong with it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from ..excerpts import title_of
from ..grammar_dates import NoDate
from ..grammar_decisions import decision_text
from ..items import first_state, is_open
from . import cells, dates, people
from .cells import TEXT
from .fields import Field, fields_of

NEW, SKIPPED, REFUSED = "new", "duplicate", "refused"
_WORDS_OF = {"owner": "Owner", "by": "Written by"}


@dataclass(frozen=True)
class Trouble:
    """What is wrong with one cell. column: its heading; value: what stands there."""

    column: str
    value: str
    message: str


@dataclass(frozen=True)
class Chosen:
    """How a person wants the file read. columns: {field: place}; order: of days and months where a column does not say
    (dates.DAY_FIRST, …); scale: up to which number levels count, likewise; people: {key of a name: whom it stands for,
    or None for nobody}; shown: what its column calls client-visible becomes so; rest: the text keeps the columns that
    are nothing else; again: what is there already is written all the same."""

    columns: Mapping[str, int]
    order: str = dates.EITHER
    scale: int = cells.UNSAID
    people: Mapping[str, Any] = field(default_factory=dict)
    shown: bool = False
    rest: bool = False
    again: bool = False


@dataclass
class Row:
    """number: of the row in the file; values: of an item and of its own model, once nothing is wrong."""

    number: int
    cells: Sequence[str]
    kind: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    fate: str = NEW
    same: str = ""  # what a duplicate is the same as
    formulas: int = 0
    nobody: list[str] = field(default_factory=list)  # names that stay words
    asks_client: bool = False  # its column calls it client-visible
    cut: bool = False  # the title did not fit
    undated: bool = False  # over, without a day on which it ended


@dataclass
class Reader:
    """Reads the rows of one file. settled: {field: order or scale of its column}; find: whom a name stands for when
    nobody has said; zone, now: of whoever brings it along."""

    what: str
    headings: Sequence[str]
    chosen: Chosen
    settled: Mapping[str, Any]
    find: Callable[[str], Any]
    zone: tzinfo
    now: datetime

    def __post_init__(self) -> None:
        self.fields = [one for one in fields_of(self.what) if one.name in self.chosen.columns]
        self.rest = sorted(set(range(len(self.headings))) - set(self.chosen.columns.values()))
        self.today = self.now.astimezone(self.zone).date()

    def read(self, number: int, row: Sequence[str]) -> Row:
        """One row of the file."""
        found = Row(number, row)
        said: dict[str, Any] = {}
        found.kind = self._kind(found, said)
        for one in self.fields:
            self._field(found, one, said)
        self._width(found)
        if not found.troubles:
            found.values = (self._entry if self.what == "log" else self._item)(found, said)
        if found.troubles:
            found.fate = REFUSED
        return found

    def _field(self, found: Row, one: Field, said: dict[str, Any]) -> None:
        if one.name in said:
            return
        try:
            cell = cells.fitting(cells.plain(self._cell(found, one.name)), one.reads)
            if cell and one.reads in {"title", "text", "person"} and cells.is_formula(cell):
                found.formulas += 1
            if cell:
                said[one.name] = self._value(one, cell, found)
            elif one.required:
                raise cells.Wrong("This must not be empty.")
        except (cells.Wrong, NoDate) as error:
            self._wrong(found, one.name, str(error))
        except (ValueError, OverflowError):  # whatever one cell says, the others are read
            self._wrong(found, one.name, "This cannot be read; write it otherwise, or leave it empty.")

    def _value(self, one: Field, cell: str, found: Row) -> Any:
        if one.reads in {"day", "moment"}:
            written = dates.read(cell, self.settled.get(one.name) or "")
            dates.check(written.day, self.today)
            if one.name in {"at", "opened", "closed", "reached_on"} and written.day > self.today:
                raise NoDate(f"{written.day} lies in the future; today is {self.today}.")
            return written.day if one.reads == "day" else written.moment(self.zone)
        if one.reads == "state":
            return cells.state(cell, found.kind or "risk")
        if one.reads == "level":
            return cells.level(cell, self.settled.get(one.name) or cells.UNSAID)
        if one.reads == "person":
            return self._person(one, cell, found)
        read: dict[str, Callable[[str], Any]] = {
            "yes": cells.yes, "hours": cells.minutes, "tags": cells.tags, "raid": cells.raid, "entry": cells.entry,
        }  # fmt: skip
        return read[one.reads](cell) if one.reads in read else cell

    def _kind(self, found: Row, said: dict[str, Any]) -> str:
        """The item's kind; of RAID a column says it, and everything else depends on it."""
        if self.what != "risks":
            return {"actions": "action", "milestones": "milestone", "log": "entry"}[self.what]
        column = next((one for one in self.fields if one.name == "kind"), None)
        if column is not None:
            self._field(found, column, said)
        return "" if found.troubles else said.get("kind", "risk")

    def _person(self, one: Field, cell: str, found: Row) -> Any:
        key = people.key_of(cell)
        person = self.chosen.people[key] if key in self.chosen.people else self.find(cell)
        if person is None:
            found.nobody.append(cell)
        return person

    def _cell(self, found: Row, name: str) -> str:
        place = self.chosen.columns[name]
        return found.cells[place] if place < len(found.cells) else ""

    def _wrong(self, found: Row, name: str, message: str) -> None:
        value = self._cell(found, name) if name in self.chosen.columns else ""
        place = self.chosen.columns.get(name)
        column = self.headings[place] if place is not None else ""
        found.troubles.append(Trouble(column, value.strip()[:120], message))

    def _width(self, found: Row) -> None:
        """More cells than headings."""
        if any(cell.strip() for cell in found.cells[len(self.headings) :]):
            message = (
                f"This row has {len(found.cells)} cells and there are {len(self.headings)} headings; put a cell that"
                " holds the delimiter into quotation marks."
            )
            found.troubles.append(Trouble("", found.cells[len(self.headings)][:120], message))

    def _text(self, found: Row, said: dict[str, Any], first: str, *, title: bool) -> str:
        """What is said, and beneath it whatever would be lost otherwise: a title that was cut, names of nobody here,
        other columns. Too long a whole is trouble."""
        parts = [first]
        if title and found.cut:
            parts.insert(0, said["title"])
        kept = [f"{_WORDS_OF[name]}: {cell}" for name, cell in self._words(found, said)]
        if self.chosen.rest:
            others = ((place, found.cells[place].strip()) for place in self.rest if place < len(found.cells))
            kept += [f"{self.headings[place]}: {cell}" for place, cell in others if cell]
        text = "\n\n".join(part for part in [*parts, "  \n".join(kept)] if part)
        if len(text) > TEXT:
            self._wrong(found, "text", f"All of it has {len(text):,} characters; at most {TEXT:,} are kept.")
        return text

    def _words(self, found: Row, said: dict[str, Any]) -> list[tuple[str, str]]:
        """Names that are kept as words, and by what they are called."""
        return [
            (name, self._cell(found, name).strip())
            for name in _WORDS_OF
            if name in said and said[name] is None
        ]

    def _shared(self, found: Row, said: dict[str, Any]) -> dict[str, Any]:
        found.asks_client = bool(said.get("client_visible"))
        return {
            "tags": said.get("tags", []),
            "client_visible": found.asks_client and self.chosen.shown,
            "owner": said.get("owner"),
        }

    def _item(self, found: Row, said: dict[str, Any]) -> dict[str, Any]:
        """An action, a RAID item or a milestone."""
        title = " ".join(said["title"].split())
        kept = title_of(title) if len(title) > 200 else title
        found.cut = kept != title
        state = said.get("state") or self._state(found.kind, said)
        values = {
            **self._shared(found, said),
            "title": kept,
            "text": self._text(found, said, said.get("text", ""), title=True),
            "state": state,
            "due": said.get("due"),
            "at": said.get("opened", self.now),
            **self._own(found, said, state),
        }
        if not is_open(found.kind, state):
            values["closed_at"] = self._closed(found, said, values["at"])
        self._owned(found, values)
        return values

    def _state(self, kind: str, said: dict[str, Any]) -> str:
        """Without a word for it, what the days say."""
        if kind == "milestone" and "reached_on" in said:
            return "reached"
        over = {"action": "done", "risk": "closed", "issue": "resolved"}
        return over[kind] if "closed" in said and kind in over else first_state(kind)

    def _own(self, found: Row, said: dict[str, Any], state: str) -> dict[str, Any]:
        """What the kind's own model keeps."""
        if found.kind == "milestone":
            promised = said.get("promised", said["due"])
            reached = said.get("reached_on") if state == "reached" else None
            if state == "reached" and reached is None:
                reached, found.undated = min(said["due"], self.today), True
            return {"promised": promised, "reached_on": reached}
        if found.kind == "action":
            return {}
        likelihood = (said.get("likelihood") or "medium") if found.kind == "risk" else ""
        severity = said.get("severity", "medium")
        return {"severity": severity, "likelihood": likelihood, "response": said.get("response", "")}

    def _closed(self, found: Row, said: dict[str, Any], at: datetime) -> datetime:
        """When it was over. Where the file does not say: when it was due, if that has passed, or when it was raised,
        so that nothing seems to have been finished on the day of the import."""
        closed: datetime | None = said.get("closed")
        if closed is not None:
            return max(closed, at) if "opened" in said else closed
        day: date | None = said.get("reached_on") or said.get("due")
        if "reached_on" not in said:
            found.undated = True
        if day is not None and day <= self.today:
            return dates.Written(day).moment(self.zone)
        return at

    def _owned(self, found: Row, values: dict[str, Any]) -> None:
        owner = values["owner"]
        if owner is not None and not owner.is_staff_member and not values["client_visible"]:
            what = f"{owner.name} is a client viewer and could not see this"
            message = f"{what}: make it client-visible, or choose another."
            self._wrong(found, "owner", message)

    def _entry(self, found: Row, said: dict[str, Any]) -> dict[str, Any]:
        """A log entry. Its kind stands in the model's own field."""
        entry_kind = said.get("kind", "note")
        blocks = entry_kind == "blocker"
        state = (said.get("state") or "open") if blocks else "noted"
        text = self._text(found, said, said["text"], title=False)
        if entry_kind == "decision":
            text = decision_text(text, "", [])
        at = said.get("at", self.now)
        values = {
            **self._shared(found, said),
            "title": title_of(said["text"]),
            "text": text,
            "state": state,
            "at": at,
            "dated": "at" in said,
            "by": said.get("by"),
            "entry_kind": entry_kind,
            "minutes": said.get("hours"),
        }
        if not is_open("entry", state):
            values["closed_at"] = at
        return values
