"""What people write about a run: notes, and the short label that it goes by in lists."""

import unicodedata

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import one_line
from apps.core.versions import keep, lock_at

from ..models import Run, RunNote

LONGEST = 4000  # characters of a note
LONGEST_LABEL = 60


@transaction.atomic
def add_note(*, by: User, run: Run, text: str) -> RunNote:
    """Write a note about a run. Raises Refused for a text that is empty, too long or holds control characters."""
    note = RunNote.objects.create(run=run, by=by, text=_kept(text))
    record(by=by, verb="added", subject=note, engagement=run.evaluation.engagement)
    return note


@transaction.atomic
def edit_note(*, by: User, note: RunNote, text: str, version: int | None = None) -> RunNote:
    """Put another text in place of one's own note. Raises Refused for somebody else's, and as `add_note` does."""
    _require_own(by, note)
    locked, changed = lock_at(note, version, text=_kept(text))
    if changed:
        locked.edited_at = timezone.now()
        keep(locked, [*changed, "edited_at"])
        record(by=by, verb="edited", subject=note, engagement=note.run.evaluation.engagement)
    return locked


@transaction.atomic
def remove_note(*, by: User, note: RunNote) -> None:
    """Remove one's own note. Raises Refused for somebody else's."""
    _require_own(by, note)
    record(by=by, verb="removed", subject=note, engagement=note.run.evaluation.engagement)
    note.delete()


@transaction.atomic
def set_label(*, by: User | None, run: Run, label: str) -> Run:
    """Give a run the label that lists show beside its number; an empty one takes it away.

    Raises Refused for one that is too long or holds control characters.
    """
    text = one_line(label, limit=LONGEST_LABEL, field="label") if label.strip() else ""
    locked = (
        Run.objects.select_for_update(of=("self",)).select_related("evaluation__engagement").get(pk=run.pk)
    )
    if locked.label != text:
        locked.label = text
        locked.save(update_fields=["label"])
        record(by=by, verb="labelled", subject=locked, engagement=locked.evaluation.engagement)
    return locked


def _require_own(by: User, note: RunNote) -> None:
    if note.by_id != by.pk:
        raise Refused("not_own", "Only the person who wrote a note may change or remove it.")


def _kept(text: str) -> str:
    """The text without white space around it and with plain line ends."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not plain:
        raise Refused("empty", "A note needs some words.", field="text")
    if len(plain) > LONGEST:
        message = f"This has {len(plain):,} characters; a note keeps at most {LONGEST:,}."
        raise Refused("too_long", message, field="text")
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in plain if each not in "\n\t"):
        raise Refused("control_characters", "This holds characters that cannot be shown.", field="text")
    return plain
