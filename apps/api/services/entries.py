"""Log entries by their fields instead of by one line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.engagements.models import Engagement, EntryKind, Kind, LogEntry
from apps.engagements.rules.grammar import TEXT, title_of
from apps.engagements.rules.grammar_decisions import chosen_of, decision_text
from apps.engagements.rules.tags import tags_in
from apps.engagements.selectors.log_links import existing, referred
from apps.engagements.services import items
from apps.engagements.services.log import link_references
from apps.engagements.services.log_entries import change_entry

from ..noun import RowsRefused


@transaction.atomic
def write_entry(*, by: User | None, engagement: Engagement, **fields: Any) -> LogEntry:
    """Write down a log entry. fields: as of `write_entries`. Raises Refused for what cannot be kept."""
    return _written(by, engagement, [_fields(**fields)])[0]


@transaction.atomic
def write_entries(
    *, by: User | None, engagement: Engagement, rows: Sequence[dict[str, Any]]
) -> list[LogEntry]:
    """Write down several at once, in this order: all or none. Each has a text (Markdown; of a decision, what was
    chosen), and may have kind, tags, minutes, client_visible, at, reason, rejected. Raises RowsRefused with all that
    cannot be kept."""
    fields, wrong = [], []
    for n, row in enumerate(rows):
        try:
            fields.append(_fields(**row))
        except Refused as error:
            wrong.append((n, error))
    if wrong:
        raise RowsRefused(wrong)
    return _written(by, engagement, fields)


def _fields(
    *,
    text: str,
    kind: str = EntryKind.NOTE,
    tags: Sequence[str] = (),
    minutes: int | None = None,
    client_visible: bool = False,
    at: datetime | None = None,
    reason: str = "",
    rejected: Sequence[dict[str, str]] = (),
) -> dict[str, Any]:
    """Of the model. Raises Refused."""
    decides = kind == EntryKind.DECISION
    _require_decision(decides, reason, rejected)
    whole = decision_text(text, reason, rejected) if decides else text
    if not text.strip():
        raise Refused("empty", "This must not be empty.", field="text")
    if len(whole) > TEXT:
        message = f"All of it has {len(whole):,} characters; at most {TEXT:,} are kept."
        raise Refused("too_long", message, field="text")
    return {
        "title": title_of(text),
        "text": whole,
        "entry_kind": kind,
        "tags": _tags(tags),
        "minutes": minutes,
        "client_visible": client_visible,
        "at": at or timezone.now(),
        "reason": reason,
        "rejected": list(rejected),
        "state": "open" if kind == EntryKind.BLOCKER else "noted",
    }


def _written(by: User | None, engagement: Engagement, rows: Sequence[dict[str, Any]]) -> list[LogEntry]:
    entries = items.write_many(by=by, model=LogEntry, engagement=engagement, kind=Kind.ENTRY, rows=rows)
    for entry in entries:
        if references := referred(entry.text):
            link_references(by=by, item=entry, references=existing(by, engagement, references))
    return entries


@transaction.atomic
def correct_entry(*, by: User | None, entry: LogEntry, version: int, **wanted: Any) -> LogEntry:
    """Change those fields of a log entry; the others stay. wanted: as of `write_entry`. Raises Refused for what
    cannot be kept, and for a `version` that is no longer the entry's."""
    decides = wanted.get("kind", entry.entry_kind) == EntryKind.DECISION
    stands = {
        "text": chosen_of(entry.text, entry.reason, entry.rejected),
        "entry_kind": entry.entry_kind,
        "tags": entry.tags,
        "minutes": entry.minutes,
        "client_visible": entry.client_visible,
        "at": entry.at,
        "reason": entry.reason if decides else "",
        "rejected": entry.rejected if decides else [],
    }
    if "kind" in wanted:
        wanted["entry_kind"] = wanted.pop("kind")
    if "tags" in wanted:
        wanted["tags"] = _tags(wanted["tags"])
    together = {**stands, **wanted}
    _require_decision(decides, together["reason"], together["rejected"])
    return change_entry(by=by, entry=entry, version=version, **together)  # type: ignore[arg-type]


def _require_decision(decides: bool, reason: Any, rejected: Any) -> None:
    if not decides and (reason or rejected):
        raise Refused("no_decision", "Only a decision has a reason and rejects something.", field="kind")


def _tags(tags: Sequence[str]) -> list[str]:
    if split := [tag for tag in tags if not tag.strip() or len(tag.split()) > 1 or "," in tag]:
        raise Refused("tag_unfit", f"“{split[0][:40]}” is not one tag.", field="tags")
    try:
        return tags_in(" ".join(tags))
    except ValueError as error:
        raise Refused("tag_unfit", str(error), field="tags") from None
