"""Who is meant by @maria, and what is said where nobody is. Pure decisions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from .grammar_words import nearest
from .masked import masked

HANDLE = re.compile(r"(?<![\w@./])@([\w][\w.\-]*[\w]|\w)")
ONLY_TEXT = "In backticks it is only text."


class Named(Protocol):
    """Somebody with a name and an address."""

    name: str
    email: str


Somebody = TypeVar("Somebody", bound=Named)


def handles_in(text: str) -> set[str]:
    """The handles that a text mentions, in lower case, without the @. Code and addresses mention nobody."""
    return set(_handles(text))


def handles_of(person: Named) -> tuple[str, ...]:
    """How a person may be written after an @, in lower case: as their address begins, by their whole name
    joined with dots, by their first name."""
    words = person.name.lower().split()
    return (person.email.partition("@")[0].lower(), ".".join(words), *words[:1])


def handle_for(person: Somebody, people: Sequence[Somebody]) -> str:
    """The shortest way of writing a person that stands for them alone; their address when there is none."""
    ways = [way for way in reversed(handles_of(person)) if way and matching(way, people) == [person]]
    return ways[0] if ways else handles_of(person)[0]


def owner_of_handle(handle: str, people: Iterable[Somebody]) -> Somebody | None:
    """The one person a handle stands for; None when it stands for nobody, or for more than one."""
    found = matching(handle, people)
    return found[0] if len(found) == 1 else None


def matching(handle: str, people: Iterable[Somebody]) -> list[Somebody]:
    """Everybody a handle may stand for; the closest way of writing wins over the others."""
    known = list(people)
    for way in range(3):
        found = [one for one in known if handle.lower() in handles_of(one)[way : way + 1]]
        if found:
            return found
    return []


def amiss(handle: str, people: Sequence[Somebody]) -> str:
    """What is wrong with an @ that stands for nobody, or for more than one, as a sentence that says what would
    be right; empty when it stands for one person."""
    found = matching(handle, people)
    if len(found) == 1:
        return ""
    if found:
        names = " or ".join(f"{person.name} (@{handle_for(person, people)})" for person in found[:4])
        return f"@{handle} may be more than one person; write {names}."
    near = nearest(handle, [one for person in people for one in handles_of(person) if one])
    meant = f"did you mean @{near}?" if near else "only members of the engagement can be told."
    return f"@{handle} is nobody here; {meant}"


def amiss_in(text: str, people: Sequence[Somebody], before: str = "") -> list[str]:
    """A sentence for each @ of a text that is amiss, as far as it did not stand in `before` already."""
    old = handles_in(before)
    new = dict.fromkeys(handle for handle in _handles(text) if handle not in old)
    return [said for handle in new if (said := amiss(handle, people))]


def untold(name: str, thing: str, said: str = "will not be told") -> str:
    """That somebody at the client is not told of what is internal. thing: "entries", "comments", …"""
    return f"{name} cannot see internal {thing} and {said}"


def _handles(text: str) -> Iterator[str]:
    """Each handle, in the order of the text."""
    return (found[1].lower() for found in HANDLE.finditer(masked(text)))
