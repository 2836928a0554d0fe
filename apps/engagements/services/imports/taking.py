"""Writing down what was brought along: all good rows in one transaction, or nothing."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold_if_free
from apps.core.tables import as_csv
from apps.core.waking import wake

from ...models import Import
from ...notices import one_event
from ...rules.imports.rows import NEW, REFUSED
from .aftermath import settle
from .drafts import held, hold_open
from .looking import PERFORM, digest_of, is_large, kept, look, refused_head, refused_row
from .reading import Work
from .telling import telling
from .undoing import undo_asked
from .writing import Writer

logger = logging.getLogger(__name__)
FAILED = "Something went wrong, and nothing was written down. Try again; if it stays like that, tell an administrator."


def take(*, by: User, pending: Import, seen: str) -> Import:
    """Write down the rows of a file that are good and new; what is refused waits a day more, to be mended. Of a large
    file a worker does that. seen: the `digest_of` what the person has looked at. Raises Refused when it was taken
    before, has been understood otherwise meanwhile, has nothing to write down, or cannot be written down as a whole."""
    try:
        return _take(by, pending, seen)
    except (DatabaseError, psycopg.Error):  # of COPY, psycopg's own
        logger.exception("import %s failed", pending.pk)
        raise Refused("failed", FAILED) from None


@transaction.atomic
def _take(by: User, pending: Import, seen: str) -> Import:
    locked = held(by, pending)
    if seen != digest_of(locked):
        raise Refused(
            "moved_on", "The columns have been changed meanwhile, in another window. Look again, then import."
        )
    if is_large(locked):
        locked.counts = {**locked.counts, "doing": "take", "done": 0}
        locked.counts.pop("trouble", None)
        locked.save(update_fields=["counts"])
        wake(PERFORM)
        return locked
    return _write(locked)


def perform_asked() -> int:
    """Do what is asked of the worker: look at large files, write them down, undo that. Returns how many it did."""
    asked = Import.objects.filter(counts__doing__in=["look", "take", "undo"]).order_by("created_at")
    number = 0
    for pk in list(asked.values_list("pk", flat=True)):
        found = Import.objects.select_related("engagement__client", "by").filter(pk=pk).first()
        if found is not None:
            number += _perform(found)
    return number


def _perform(pending: Import) -> bool:
    try:
        return _DO[pending.counts["doing"]](pending)
    except Refused as error:
        _trouble(pending, error.message)
    except Exception:  # whatever it is, nothing was written, and the person learns of it
        logger.exception("import %s failed", pending.pk)
        _trouble(pending, FAILED)
    return True


@transaction.atomic
def _look_asked(pending: Import) -> bool:
    """Keep the dry run, unless the file is to be understood otherwise by now. One worker does it, and nobody else
    waits for that: who wants the file understood otherwise may say so meanwhile."""
    if not hold_if_free("engagements.import.look", str(pending.pk)):
        return False
    asked = Import.objects.filter(pk=pending.pk, taken_at=None, counts__doing="look")
    now = asked.select_related("engagement__client", "by").first()
    if now is None:
        return False
    with telling(now) as tell:
        found = look(now, tell)
    return bool(asked.filter(mapping=now.mapping).update(counts=kept(now, found)))


@transaction.atomic
def _take_asked(pending: Import) -> bool:
    if not hold_if_free("engagements.import", str(pending.pk)):
        return False
    now = (
        Import.objects.select_related("engagement__client", "by").filter(pk=pending.pk, taken_at=None).first()
    )
    if now is None or now.counts.get("doing") != "take":
        return False
    with telling(now) as tell:
        _write(now, tell)
    return True


_DO: Mapping[str, Callable[[Import], bool]] = {"look": _look_asked, "take": _take_asked, "undo": undo_asked}


def _trouble(pending: Import, message: str) -> None:
    """What was done before stays known; what was asked for is off."""
    known = {name: value for name, value in pending.counts.items() if name not in {"doing", "done"}}
    counts = {**known, "trouble": message}
    Import.objects.filter(pk=pending.pk, taken_at=pending.taken_at).update(counts=counts)


@one_event()
def _write(pending: Import, tell: Any = None) -> Import:
    """Within a transaction, with the import held."""
    engagement = hold_open(pending, "nothing was written down")
    work = Work(pending)
    if work.missing:
        raise Refused("missing", f"Say which column is: {', '.join(work.missing)}.")
    writer, refused, skipped = Writer(pending), [], 0
    for done, row in enumerate(work.rows(), 1):
        if row.fate == NEW:
            writer.add(row)
        elif row.fate == REFUSED:
            refused.append(refused_row(work, row))
        else:
            skipped += 1
        if tell and done % 2_000 == 0:
            tell(done)
    writer.finish()
    if not writer.written:
        raise Refused("nothing", "There is nothing to write down: every row is refused or there already.")
    counts = {"written": writer.written, "skipped": skipped, "refused": len(refused), "last": writer.last}
    pending.content = "".join(as_csv(refused_head(work), refused)).encode() if refused else b""
    pending.counts, pending.taken_at = counts, timezone.now()
    pending.save(update_fields=["content", "counts", "taken_at"])
    facts = {"what": pending.what, "file": pending.name, "written": writer.written, "skipped": skipped}
    record(
        by=pending.by, verb="imported", subject=pending, engagement=engagement, **facts, refused=len(refused)
    )
    settle(pending, writer)
    return pending
