"""A crowd: what many engagements write down in a year and a half, generated from a seed. Nothing here touches a
database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

DAYS = 540  # how far back it goes
EVERY = 20  # one entry in so many holds the word below, so that a search has many hits
FREQUENT = "reconciliation"
_THINGS = (
    "claims replica", "triage queue", "discharge letters", "rate table", "pick list", "intake form", "policy archive",
    "retrieval index", "labelled sample", "prompt", "evaluation set", "fallback model", "night batch", "ticket export",
)  # fmt: skip
_SAID = {
    "note": ("Looked through the {thing} with the team", "Counted duplicates in the {thing}"),
    "meeting": ("Walked through the {thing} with operations", "Weekly on the {thing}"),
    "decision": ("Use the {thing} as it is", "Freeze the {thing} for the pilot", "Leave the {thing} out of scope"),
    "blocker": ("No access to the {thing}", "The {thing} is down since the morning"),
    "learning": ("The {thing} has two time zones in one column", "Nobody reads the {thing} on Fridays"),
    "change": ("The {thing} moves to another server", "The {thing} now holds drafts too"),
}  # fmt: skip
_MORE = (
    "It took longer than planned, because half of the rows came without a date.",
    "Operations will send the missing part before the next meeting.",
    "What was measured last week holds for the {thing} too.",
    "Two people at the client know how the {thing} is filled, and one of them is away.",
    "The {thing} and the {thing} do not agree on what a case is.",
)
_WEIGHTS = {"note": 50, "meeting": 20, "decision": 8, "blocker": 6, "learning": 10, "change": 6}
_TAGS = ("data", "security", "model", "ops", "legal", "eval", "client", "cost")
_REGISTERS = {
    "risk": ("The {thing} changes without notice", 3),
    "assumption": ("The {thing} stays as it is", 1),
    "issue": ("The {thing} is incomplete", 2),
    "action": ("Go through the {thing}", 8),
    "milestone": ("The {thing} is signed off", 3),
    "access_request": ("Read access to the {thing}", 2),
    "stakeholder": ("Owner of the {thing}", 3),
}
_STATES = {
    "risk": ("open", "mitigated", "closed"),
    "assumption": ("open", "confirmed", "refuted"),
    "issue": ("open", "resolved"),
    "action": ("open", "doing", "done"),
    "milestone": ("planned", "reached"),
    "access_request": ("asked", "granted"),
    "stakeholder": ("involved",),
}


@dataclass(frozen=True)
class Line:
    """Something written down. by, owner: positions among the engagement's people; more: what its kind has
    besides."""

    kind: str
    title: str
    text: str
    state: str
    at: datetime
    by: int
    client_visible: bool
    tags: list[str]
    owner: int | None = None
    due: date | None = None
    more: dict[str, Any] = field(default_factory=dict)


def lines(*, seed: int, entries: int, people: int, now: datetime) -> Iterator[Line]:
    """What one engagement with so many people has written down until now: log entries in the order of their
    times, then what its registers hold."""
    chance = random.Random(seed)  # noqa: S311 - the same lines each time
    times = sorted(now - timedelta(minutes=chance.randrange(DAYS * 1440)) for _ in range(entries))
    for number, at in enumerate(times):
        yield _entry(chance, number, at, people)
    for kind, (title, count) in _REGISTERS.items():
        for _ in range(count):
            yield _registered(chance, kind, title, people, now)


def _entry(chance: random.Random, number: int, at: datetime, people: int) -> Line:
    kind = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    title = chance.choice(_SAID[kind]).format(thing=chance.choice(_THINGS))
    if number % EVERY == 0:
        title = f"{title} before the {FREQUENT}"
    more: dict[str, Any] = {"entry_kind": kind, "minutes": chance.choice((None, None, 30, 60, 90, 120, 240))}
    if kind == "decision":
        more |= {"reason": "It is the smallest step", "rejected": [{"option": "Wait", "why": "Too late"}]}
    state = chance.choice(("open", "resolved", "resolved")) if kind == "blocker" else "noted"
    tags = chance.sample(_TAGS, chance.randrange(3))
    more_said = (
        said.format(thing=chance.choice(_THINGS)) for said in chance.sample(_MORE, chance.randrange(4))
    )
    text = "\n\n".join([title, *more_said, *(f"#{tag}" for tag in tags)])
    return Line(
        "entry", title, text, state, at, chance.randrange(people), chance.random() < 0.3, tags, more=more
    )


def _registered(chance: random.Random, kind: str, title: str, people: int, now: datetime) -> Line:
    at = now - timedelta(days=chance.randrange(1, DAYS), minutes=chance.randrange(1440))
    due = (at + timedelta(days=chance.randrange(5, 120))).date()
    state = chance.choice(_STATES[kind])
    more: dict[str, Any] = {}
    if kind in ("risk", "assumption", "issue"):
        more = {"severity": chance.choice(("low", "medium", "high"))}
    elif kind == "milestone":
        more = {"promised": due, "reached_on": due if state == "reached" else None}
    elif kind == "access_request":
        asked = at.date()
        more = {"asked_on": asked, "answered_on": asked + timedelta(days=9) if state == "granted" else None}
    elif kind == "stakeholder":
        more = {"influence": chance.choice(("low", "medium", "high")), "sponsor": chance.random() < 0.3}
    return Line(
        kind,
        title.format(thing=chance.choice(_THINGS)),
        "",
        state,
        at,
        chance.randrange(people),
        kind in ("milestone", "access_request"),
        [],
        owner=None if kind == "stakeholder" else chance.randrange(people),
        due=None if kind == "stakeholder" else due,
        more=more,
    )
