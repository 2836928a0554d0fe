"""Whether the work on an engagement is open, closed or archived, and what may follow. Pure decisions."""

from collections.abc import Mapping

CLOSED_WORDS = "This engagement is closed, so nothing on it changes. Whoever leads it can reopen it."
OPEN, CLOSED, ARCHIVED = "open", "closed", "archived"
STATES = (OPEN, CLOSED, ARCHIVED)
MOVES: Mapping[str, tuple[str, ...]] = {OPEN: (CLOSED,), CLOSED: (ARCHIVED, OPEN), ARCHIVED: (CLOSED, OPEN)}


def state_of(*, closed: bool, archived: bool) -> str:
    """How an engagement stands; what is archived is closed as well."""
    return ARCHIVED if archived else CLOSED if closed else OPEN


def may_become(state: str, following: str) -> bool:
    """Whether one state may follow the other."""
    return following in MOVES[state]
