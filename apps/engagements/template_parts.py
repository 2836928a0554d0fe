"""What templates hold of things that other apps know, such as success criteria. The app that knows registers a part in
`ready()`; its rows stand in a template under the part's name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User

from .models import Engagement, Item
from .rules.templates.fields import Fields

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """A row in words. note: a few words beside its title; text: more of it."""

    title: str
    note: str = ""
    text: str = ""


@dataclass(frozen=True)
class Collected:
    """A row made of an engagement's item. why_not: why somebody might leave it out, besides what its words betray."""

    row: Row
    item: Item
    why_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """name: the key in a template, for good; title: above its rows. kinds: of the items that `write` writes down.

    read: one row of plain data, noting what is wrong with it. tell: it in words. write: all rows on an engagement, by
    the services of the app. collect: the rows of an engagement.
    """

    name: str
    title: str
    kinds: frozenset[str]
    read: Callable[[Fields], Row]
    tell: Callable[[Row], Told]
    write: Callable[[User | None, Engagement, Sequence[Row]], None]
    collect: Callable[[Engagement], Sequence[Collected]]


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Let templates hold that part; a second one of its name replaces the first."""
    _parts[part.name] = part


def everyone() -> list[Part]:
    """All parts, in the order in which they were registered."""
    return list(_parts.values())


def known(name: str) -> Part | None:
    """The part of that name, if its app is installed."""
    return _parts.get(name)


def readers() -> dict[str, Callable[[Fields], Row]]:
    """For `rules.templates.reading`."""
    return {part.name: part.read for part in _parts.values()}
