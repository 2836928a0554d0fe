"""Telling people what concerns them. Apps that carry notices to people (inbox, e-mail) register as receivers;
whoever has something to tell calls `tell` within the transaction in which it happens. What happens within one
`one_event` is one event: of several notices about one item, a person gets the strongest that they want."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from apps.accounts.models import Role, User
from apps.audit.through import present

from .models import Comment, Engagement, Item


class About(StrEnum):
    """Why somebody is told; each can be switched off by whoever is told. The strongest first."""

    APPROVAL = "approval"  # you are asked to approve, or were answered
    ASSIGNMENT = "assignment"  # something is yours now
    MENTION = "mention"  # somebody wrote @you
    GATE = "gate"  # a gate was decided, or its evidence has changed
    COMMENT = "comment"  # somebody commented on what is yours
    DUE = "due"  # something of yours is due


@dataclass(frozen=True)
class Notice:
    """One thing for one person. text: one plain line that stands alone, such as "Maria Lindqvist asks you to
    approve G-2 Pilot"; nobody's text but titles. by: None for Fieldwork itself. item: None for the whole
    engagement. comment: the one that it is about, without which there is nothing to tell."""

    about: About
    to: User
    by: User | None
    engagement: Engagement
    item: Item | None
    text: str
    comment: Comment | None = None


Receiver = Callable[[Notice], bool | None]
_STRENGTH = {about: rank for rank, about in enumerate(About)}
_receivers: list[Receiver] = []
_waiting: ContextVar[list[Notice] | None] = ContextVar("waiting", default=None)
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


def register(receiver: Receiver) -> None:
    """Hand every notice to `receiver`, once. It gives back False for one that the person does not want."""
    if receiver not in _receivers:
        _receivers.append(receiver)


def doer(by: User | None, to: User) -> str:
    """Who did something, as that person may learn it: somebody by name, an engagement's token by its own (which is
    internal), or Fieldwork."""
    if by is not None:
        return by.name
    via = present().get("via", "") if to.role != Role.CLIENT else ""
    return via[:1].upper() + via[1:] or "Fieldwork"


@contextmanager
def one_event() -> Iterator[None]:
    """Notices of within are handed on at the end, those of one person about one item as one. Within another one, at
    the end of that. Stands inside of the transaction; what fails tells nobody anything."""
    if _waiting.get() is not None:
        yield
        return
    waiting: list[Notice] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    _hand_on(waiting)


@contextmanager
def quietly() -> Iterator[None]:
    """Nobody is told of what happens within: many things that were planned long before anybody was there to be told."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def tell(notice: Notice) -> bool:
    """Hand a notice on. Nobody is told what they did themselves, nor what they may not see; returns whether it
    was handed on, or waits for the end of its event."""
    from . import selectors

    to = notice.to
    if _quiet.get() or to == notice.by or not to.is_active:
        return False
    if notice.item is not None:
        seen = selectors.items_visible_to(to, Item).filter(pk=notice.item.pk).exists()
    else:
        seen = selectors.visible_to(to).filter(pk=notice.engagement.pk).exists()
    if seen:
        waiting = _waiting.get()
        if waiting is None:
            _hand_on([notice])
        else:
            waiting.append(notice)
    return seen


def _hand_on(waiting: list[Notice]) -> None:
    ordered = sorted(waiting, key=lambda notice: (_about_what(notice), _STRENGTH[notice.about]))
    for _, alike in groupby(ordered, key=_about_what):
        kept = list(alike)
        for receiver in _receivers:
            any(receiver(notice) is not False for notice in kept)


def _about_what(notice: Notice) -> tuple[UUID, UUID]:
    return notice.to.pk, notice.item.pk if notice.item else notice.engagement.pk
