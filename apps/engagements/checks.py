"""Automatic checks of gates. The app that knows registers one in `ready()`; gates ask all of theirs at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .models import Gate, Item


class Found(StrEnum):
    """What a check has found. undecided: not enough to say either."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Finding:
    """What a check says of a gate now. text: one sentence with the figures it rests on. href: where to look.

    evidence: JSON that says what it rests on, to be frozen with a decision; each part is a dict with at least
    "what" (its name, which stays the same while it speaks of the same thing) and whatever fixes it: ids,
    versions, digests, values. When the evidence of a passed gate differs later, the gate is stale; so nothing
    belongs in it that changes without mattering, such as how long ago. Two keys of a part are for people alone
    and not compared: "says", a phrase for the sentence that tells what has changed ("run 4 with model b missed
    the threshold"), and "beside", a dict of facts that are kept with it.
    """

    found: Found
    text: str
    href: str = ""
    evidence: tuple[dict[str, Any], ...] = field(default=())


Ask = Callable[[Gate], Finding]
AskCriterion = Callable[[Gate, Item], Finding]


@dataclass(frozen=True)
class Check:
    """name: in the database, for good, such as "scoping.criteria-stated". stages: the gates of which it is an
    exit criterion from the beginning; gates that are there already and are not passed require it from the next
    start or day on (`services.exit_criteria.require_registered`). client_visible: whether its text may be shown to
    the client."""

    name: str
    title: str
    ask: Ask
    stages: tuple[str, ...]
    order: int
    client_visible: bool


_checks: dict[str, Check] = {}
_criterion: list[AskCriterion] = []


def register(
    name: str,
    title: str,
    ask: Ask,
    *,
    stages: Iterable[str] = (),
    order: int = 50,
    client_visible: bool = True,
) -> None:
    """Offer a check to all gates; a second one of that name replaces the first."""
    _checks[name] = Check(name, title, ask, tuple(stages), order, client_visible)


def known(name: str) -> Check | None:
    """The check of that name, if its app is installed."""
    return _checks.get(name)


def everyone() -> list[Check]:
    """All checks, in order."""
    return sorted(_checks.values(), key=lambda check: (check.order, check.name))


def of_stage(stage: str) -> list[Check]:
    """The checks that the gate out of `stage` has from the beginning, in order."""
    return [check for check in everyone() if stage in check.stages]


def register_criterion(ask: AskCriterion) -> None:
    """Say how it is found out whether a success criterion is met; a second one replaces the first."""
    _criterion[:] = [ask]


def ask_criterion(gate: Gate, criterion: Item) -> Finding:
    """Whether that success criterion is met, as far as anybody knows."""
    if criterion.removed_at is not None:
        return Finding(Found.FAILED, "This success criterion has been removed.")
    if not _criterion:
        return Finding(Found.UNDECIDED, "Nothing has been measured.")
    return _criterion[0](gate, criterion)
