"""Changing what stands in the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused

from ..models import EntryKind, LogEntry
from ..rules import items as rules
from ..rules.grammar import TEXT, title_of
from ..rules.grammar_decisions import Options, decision_text
from ..selectors.log_links import existing, referred
from . import items
from .log import link_references


@transaction.atomic
def change_entry(
    *,
    by: User,
    entry: LogEntry,
    version: int | None,
    text: str,
    entry_kind: str,
    tags: Sequence[str],
    minutes: int | None,
    client_visible: bool,
    at: datetime,
    reason: str = "",
    rejected: Options = (),
) -> LogEntry:
    """Change a log entry. text: of a decision, what was chosen. A reason and what was rejected are kept of
    decisions alone. Raises Refused for a text that cannot be kept, and for a `version` that is no longer the
    entry's."""
    whole = _whole(text, entry_kind, reason, rejected)
    changed = items.change(
        by=by,
        item=entry,
        version=version,
        title=title_of(text),
        text=whole,
        entry_kind=entry_kind,
        tags=list(tags),
        minutes=minutes,
        client_visible=client_visible,
        at=at,
        reason=reason,
        rejected=list(rejected),
        **_state(entry, entry_kind),
    )
    link_references(by=by, item=changed, references=existing(by, changed.engagement, referred(whole)))
    return changed


def _whole(text: str, entry_kind: str, reason: str, rejected: Options) -> str:
    """All of what is said, as it is kept and searched. Raises Refused for what cannot be kept."""
    decides = entry_kind == EntryKind.DECISION
    if not decides and (reason or rejected):
        raise Refused(
            "no_decision", "Only a decision has a reason and rejects something.", field="entry_kind"
        )
    whole = decision_text(text, reason, rejected) if decides else text
    if not text.strip():
        raise Refused("empty", "This must not be empty.", field="text")
    if len(whole) > TEXT:
        message = f"All of it has {len(whole):,} characters; at most {TEXT:,} are kept."
        raise Refused("too_long", message, field="text")
    return whole


def _state(entry: LogEntry, entry_kind: str) -> dict[str, Any]:
    """A blocker is open until it is resolved; everything else is noted."""
    blocks = entry_kind == EntryKind.BLOCKER
    if blocks == (entry.state != "noted"):
        return {}
    state = "open" if blocks else "noted"
    return {"state": state, "closed_at": None if rules.is_open(entry.kind, state) else timezone.now()}
