"""The only writers of how an engagement ends: closed for a reason, put away in the archive, opened again."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import several_lines
from apps.core.versions import keep, lock_at

from .. import endings
from ..models import TEXT, TITLE, Ending, Engagement, EntryKind, Kind, LogEntry
from ..rules import endings as rules
from ..rules.grammar_decisions import decision_text
from . import items

WORDS = 2_000  # characters of why it ended, or why it goes on


@transaction.atomic
def close(
    *,
    by: User | None,
    engagement: Engagement,
    ending: str,
    words: str,
    learning: str = "",
) -> None:
    """End the work: from then on nothing on the engagement changes. What is open stays as it is, and asks nobody for
    anything any more. The reason goes into the log as a decision, what was learned as a learning. Raises Refused
    without a reason, for what is under way there, and for an engagement that is not open."""
    if ending not in Ending.values:
        raise Refused("ending", "Choose why the work is over.", field="ending")
    words = several_lines(words, limit=WORDS, field="words")
    if not words:
        raise Refused("empty", "Say in a sentence how it ended.", field="words")
    learning = several_lines(learning, limit=TEXT, field="learning")
    now = timezone.now()
    locked, before = _next(
        engagement, rules.CLOSED, closed_at=now, closed_by=by, ending=ending, ending_words=words
    )
    items.hold_numbers(locked, *Kind.values)  # whoever is writing something down finishes first
    if under_way := endings.in_hand(locked):
        raise Refused("in_hand", " ".join(under_way))
    label = str(Ending(ending).label)
    _decision(by, locked, f"Closed. {label}", words)
    if learning:
        _note(by, locked, EntryKind.LEARNING, *_split(learning))
    keep(locked, before)
    record(by=by, verb="closed", subject=locked, engagement=locked, ending=ending, words=words)


@transaction.atomic
def reopen(*, by: User | None, engagement: Engagement, words: str) -> None:
    """Go on with an engagement that was closed or archived. Raises Refused without a reason, and for one that is
    open."""
    words = several_lines(words, limit=WORDS, field="words")
    if not words:
        raise Refused("empty", "Say in a sentence why it goes on.", field="words")
    nothing: dict[str, Any] = {"closed_at": None, "closed_by": None, "ending": "", "ending_words": ""}
    locked, before = _next(engagement, rules.OPEN, **nothing, archived_at=None)
    ended = {"ending": before["ending"], "words": before["ending_words"]}
    keep(locked, before)
    _decision(by, locked, "Opened again", words)
    record(by=by, verb="reopened", subject=locked, engagement=locked, before=ended, words=words)


@transaction.atomic
def archive(*, by: User | None, engagement: Engagement) -> None:
    """Put a closed engagement away: it leaves the lists, and stays where links, search and exports find it."""
    locked, before = _next(engagement, rules.ARCHIVED, archived_at=timezone.now())
    keep(locked, before)
    record(by=by, verb="archived", subject=locked, engagement=locked)


@transaction.atomic
def bring_back(*, by: User | None, engagement: Engagement) -> None:
    """Take an engagement out of the archive; it stays closed."""
    locked, before = _next(engagement, rules.CLOSED, archived_at=None)
    keep(locked, before)
    record(by=by, verb="brought back", subject=locked, engagement=locked)


def _next(engagement: Engagement, state: str, **wanted: Any) -> tuple[Engagement, dict[str, Any]]:
    """The engagement, locked and changed to that state but not kept yet, and what was there before."""
    locked, before = lock_at(engagement, None, **wanted)
    was = rules.state_of(
        closed=before.get("closed_at", locked.closed_at) is not None,
        archived=before.get("archived_at", locked.archived_at) is not None,
    )
    if locked.state != state or not rules.may_become(was, state):
        raise Refused("state", f"This engagement is {was} and cannot become {state}.")
    return locked, before


def _decision(by: User | None, engagement: Engagement, title: str, words: str) -> None:
    _note(by, engagement, EntryKind.DECISION, title, decision_text("", words, []), reason=words)


def _note(
    by: User | None, engagement: Engagement, kind: EntryKind, title: str, text: str, **more: Any
) -> None:
    """Into the log, for the team alone."""
    items.write(
        by=by, model=LogEntry, engagement=engagement, kind=Kind.ENTRY, entry_kind=kind, title=title, text=text, **more
    )  # fmt: skip


def _split(text: str) -> tuple[str, str]:
    """A title, and what goes on beneath it."""
    title, _, rest = text.partition("\n")
    return (title, rest.strip()) if len(title) <= TITLE else (f"{title[: TITLE - 1]}…", text)
