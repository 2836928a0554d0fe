"""What is written down along the way of a tale: log lines, and what registers hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .models import Chapter

LINE = "line"  # of the log, in the words one types there; every other kind is an item's


@dataclass(frozen=True)
class Note:
    """One thing that the FDE wrote down.

    words: the line, or the item's title; "{name}" in it stands for the note of that name, told earlier in the same
    chapter. ago: days since then. within: days until it is due. state: what it has come to since. owner: "fde" or
    "viewer". refers: by field, the name of a note that it is about. holds_up: the stage whose gate waits for it.
    """

    kind: str
    words: str
    ago: int
    name: str = ""
    within: int | None = None
    state: str = ""
    owner: str = ""
    refers: Mapping[str, str] = field(default_factory=dict)
    holds_up: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


Notes = Mapping[Chapter, tuple[Note, ...]]


def line(words: str, ago: int, **facts: Any) -> Note:
    """A line of the log."""
    return Note(LINE, words, ago, **facts)


def risk(words: str, ago: int, severity: str, response: str = "", **facts: Any) -> Note:
    """A risk, and what is done about it."""
    return raid("risk", words, ago, response, severity=severity, **facts)


def raid(kind: str, words: str, ago: int, response: str = "", **facts: Any) -> Note:
    """A RAID item. severity, client_visible: of it."""
    own: dict[str, Any] = {name: facts.pop(name) for name in ("severity", "client_visible") if name in facts}
    return Note(kind, words, ago, fields={"response": response, **own}, **facts)


def action(words: str, ago: int, within: int | None = None, *, visible: bool = False, **facts: Any) -> Note:
    """An action, of the FDE unless said otherwise."""
    facts.setdefault("owner", "fde")
    return Note("action", words, ago, within=within, fields={"client_visible": visible}, **facts)


def milestone(words: str, ago: int, within: int, **facts: Any) -> Note:
    """A promise to the client."""
    return Note("milestone", words, ago, within=within, **facts)


def stakeholder(position: str, ago: int, influence: str, stance: str, **facts: Any) -> Note:
    """Somebody at the client, by position alone: a tale invents nobody. sponsor, text: of theirs."""
    own: dict[str, Any] = {name: facts.pop(name) for name in ("sponsor", "text") if name in facts}
    return Note(
        "stakeholder", position, ago, fields={"influence": influence, "stance": stance, **own}, **facts
    )


def request(
    words: str, ago: int, asked_for: str, approver: str, answered: int | None = None, **facts: Any
) -> Note:
    """An access request. answered: days since it was granted; None while it waits."""
    asked = {"asked_for": asked_for, "approver": approver, "answered": answered}
    return Note(
        "access_request", words, ago, state="" if answered is None else "granted", fields=asked, **facts
    )
