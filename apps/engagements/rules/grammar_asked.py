"""What an access request says of itself: which gate waits for it, and whom it is asked of. Pure decisions.

    /access security for:pilot of:"Head of IT" Review of the API

Either stands anywhere in the line, closed up behind its colon; a name of several words in quotation marks. A
stakeholder is named by their name, their position or their reference, a gate by its stage or its reference.
"""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from .grammar_parts import Named, Problem
from .grammar_words import nearest
from .items import reference_of
from .stages import STAGES

GATES = STAGES[:-1]  # each is named after the stage that it leads out of
NAMED = re.compile(
    r"(?<!\S)(?P<key>for|of):(?:[\"“](?P<quoted>[^\"“”\n]+)[\"”]|(?P<plain>[^\s,;]+))[,;]?(?=\s|\Z)",
    re.IGNORECASE,
)
_ONLY_TEXT = "In backticks it is only text."
_TOLD = 6  # names that a hint says


class Person(Protocol):
    """A stakeholder."""

    title: str
    position: str
    number: int


Somebody = TypeVar("Somebody", bound=Person)


def named(found: re.Match[str]) -> Named:
    """What stands behind the colon of a match of NAMED, and where the whole of it stands."""
    said = found["quoted"] or found["plain"]
    return Named(" ".join(said.split()), found.start(), found.start() + len(found.group().rstrip(",;")))


def gate_of(said: Named) -> str:
    """The stage whose gate is meant; empty when there is none."""
    word = said.words.lower()
    numbers = {reference_of("gate", number).lower(): stage for number, stage in enumerate(GATES, 1)}
    return word if word in GATES else numbers.get(word, "")


def no_gate(said: Named) -> Problem:
    """That there is no such gate, and which there are."""
    near = nearest(said.words, GATES)
    meant = f"Did you mean for:{near}?" if near else f"There are {', '.join(GATES)}."
    return Problem(said.start, said.end, f"There is no gate “{said.words}”.", f"{meant} {_ONLY_TEXT}")


def second(said: Named, thing: str) -> Problem:
    """That something may be said once."""
    return Problem(said.start, said.end, f"This is a second {thing}.", "Write a line for each.")


def asked_of(said: Named, people: Sequence[Somebody]) -> Somebody | Problem:
    """The stakeholder who is meant, or what is wrong: nobody is, or more than one may be. Their reference goes before
    the whole name, that before the position, that before a part of the name."""
    word = said.words.lower()
    ways = (
        lambda one: reference_of("stakeholder", one.number).lower() == word,
        lambda one: one.title.lower() == word,
        lambda one: one.position.lower() == word,
        lambda one: word in one.title.lower().split(),
    )
    for way in ways:
        found = [one for one in people if way(one)]
        if len(found) == 1:
            return found[0]
        if found:
            which = " or ".join(
                f"of:{reference_of('stakeholder', one.number)} ({one.title})" for one in found
            )
            return Problem(
                said.start, said.end, f"“{said.words}” may be more than one person.", f"Write {which}."
            )
    return _nobody(said, people)


def _nobody(said: Named, people: Sequence[Person]) -> Problem:
    if not people:
        hint = "This engagement has no stakeholders yet; write them down first, or leave it out."
    elif near := nearest(said.words, [one for each in people for one in (each.title, each.position) if one]):
        hint = f"Did you mean of:{_quoted(near)}?"
    else:
        some = ", ".join(_quoted(one.title) for one in people[:_TOLD])
        hint = f"There {'is' if len(people) == 1 else 'are'} {some}{' …' if len(people) > _TOLD else ''}."
    wrong = f"“{said.words}” is no stakeholder of this engagement."
    return Problem(said.start, said.end, wrong, f"{hint} {_ONLY_TEXT}")


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
