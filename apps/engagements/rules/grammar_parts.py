"""What a line of the log consists of. Pure."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Problem:
    """A part of the line that cannot be understood: from `start` to before `end`, what is wrong with it, and
    what would be right. passable: it may be meant as mere text, and be logged anyway."""

    start: int
    end: int
    message: str
    hint: str = ""
    passable: bool = False

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


@dataclass(frozen=True)
class Handle:
    """An @somebody. `name`: in lower case, without the @; stays: of an owner, whether the text keeps it."""

    name: str
    start: int
    end: int
    stays: bool = False


@dataclass(frozen=True)
class Reference:
    """Another item that a line speaks of."""

    kind: str
    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Named:
    """Words that name a gate or a stakeholder."""

    words: str
    start: int
    end: int


@dataclass(frozen=True)
class Rejected:
    """What was not decided, and why."""

    option: str
    why: str


@dataclass
class Parsed:
    """What a line becomes. kind: an item's kind, entry_kind: a log entry's; minutes: of work; due, owner,
    level, approver, asked, gate (its stage) and asked_of: of the kinds that have them; reason and rejected: of
    decisions."""

    line: str
    kind: str = "entry"
    entry_kind: str = "note"
    title: str = ""
    text: str = ""
    level: str = ""
    minutes: int | None = None
    due: date | None = None
    owner: Handle | None = None
    approver: str = ""
    asked: str = ""
    gate: str = ""
    asked_of: Named | None = None
    client_visible: bool = False
    reason: str = ""
    tags: list[str] = field(default_factory=list)
    mentions: list[Handle] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
