"""Packs that wait. Each is its owner's alone, so the audit trail hears of it when it is taken; a large one is checked
and imported by a worker."""

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.errors import Refused
from apps.core.locks import hold_if_free
from apps.core.waking import wake

from ..models import PackImport
from ..rules.limits import UPLOAD
from .importing import as_json, check_pack, import_pack

logger = logging.getLogger(__name__)
State = PackImport.State
PERFORM = "fieldwork.handover.perform_imports"
LARGE = 2 * 2**20  # bytes from which on a worker does it
SPARE = 512 * 2**20  # bytes of the disk that no upload may take
WAITS = timedelta(days=1)
MAY = frozenset({Role.ADMIN, Role.MANAGER})
FAILED = "Something went wrong, and nothing was written down. Try again; if it stays like that, tell an administrator."


def folder() -> Path:
    """Where packs lie that wait."""
    return Path(settings.HOME) / "packs"


def require_size(size: int) -> None:
    """Raises Refused for more bytes than a browser may send, or than the disk has to spare."""
    if size > UPLOAD:
        message = f"A pack of more than {UPLOAD >> 20} MB is imported with manage.py import_pack."
        raise Refused("too_large", message, field="file")
    above = next(path for path in (folder(), *folder().parents) if path.exists())
    if shutil.disk_usage(above).free < 2 * size + SPARE:
        raise Refused("disk_full", "The disk of this Fieldwork has no room left.", field="file")


def begin(*, by: User, file: "UploadedFile[bytes]", wanted: str = "") -> PackImport:
    """Let a pack wait and check it; a large one is checked by a worker. wanted: another name for its engagement. Raises
    Refused for a file that is too large."""
    require_size(file.size or 0)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = f"{uuid4().hex}.zip"
    with open(folder() / path, "xb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    name = _name(file.name or "")
    with transaction.atomic():
        waiting = PackImport.objects.create(by=by, name=name, path=path, size=file.size or 0, wanted=wanted)
        if waiting.size >= LARGE:
            wake(PERFORM)
    return waiting if waiting.size >= LARGE else _perform(waiting)


def take(*, by: User, waiting: PackImport) -> PackImport:
    """Import a pack that was checked; of a large one a worker does that. Raises Refused for one that is not ready."""
    _change(by, waiting, State.TAKING)
    return waiting if waiting.size >= LARGE else _perform(waiting)


@transaction.atomic
def drop(*, by: User, waiting: PackImport) -> None:
    """Forget a pack that waits. Raises Refused while it is being imported, and afterwards."""
    found = PackImport.objects.select_for_update().filter(pk=waiting.pk, by=by).first()
    if found is None or found.state not in {State.READY, State.REFUSED, State.CHECKING}:
        raise Refused("taken", "This pack is being imported, or is imported already.")
    found.delete()
    transaction.on_commit(partial(_forget, found.path))


def perform_asked() -> int:
    """Check and import what waits for a worker. Returns how many."""
    asked = PackImport.objects.filter(state__in=[State.CHECKING, State.TAKING]).order_by("created_at")
    return sum(_perform_once(pk) for pk in list(asked.values_list("pk", flat=True)))


def forget_old() -> int:
    """Forget packs that nobody has taken within a day, and the files of those that were. Returns how many."""
    old = timezone.now() - WAITS
    gone = PackImport.objects.filter(created_at__lt=old).exclude(state__in=[State.TAKEN, State.TAKING])
    number, _ = gone.delete()
    if folder().exists():
        known = set(PackImport.objects.exclude(path="").values_list("path", flat=True))
        for left in folder().iterdir():
            if left.name not in known and left.stat().st_mtime < old.timestamp():
                left.unlink(missing_ok=True)
    return number


@transaction.atomic
def _perform_once(pk: UUID) -> int:
    """Do what is asked, unless another worker is at it."""
    if not hold_if_free("handover.import", str(pk)):
        return 0
    found = PackImport.objects.select_related("by").filter(pk=pk).first()
    if found is None or found.state not in {State.CHECKING, State.TAKING}:
        return 0
    _perform(found)
    return 1


@transaction.atomic
def _change(by: User, waiting: PackImport, state: str) -> None:
    found = PackImport.objects.select_for_update().filter(pk=waiting.pk, by=by).first()
    if found is None or found.state != State.READY:
        raise Refused("not_ready", "This pack is not waiting to be imported any more.")
    waiting.state = found.state = state
    found.save(update_fields=["state"])
    if waiting.size >= LARGE:
        wake(PERFORM)


def _perform(waiting: PackImport) -> PackImport:
    do: Callable[[PackImport], None] = _take if waiting.state == State.TAKING else _check
    try:
        do(waiting)
    except Refused as error:
        waiting.state, waiting.trouble = State.REFUSED, error.message
    except Exception:  # whatever it is, nothing was written, and the person learns of it
        logger.exception("pack %s failed", waiting.pk)
        waiting.state, waiting.trouble = State.REFUSED, FAILED
    waiting.save(update_fields=["state", "trouble", "looked", "engagement", "taken_at", "path"])
    return waiting


def _check(waiting: PackImport) -> None:
    report = check_pack(by=waiting.by, path=folder() / waiting.path, name=waiting.wanted)
    waiting.looked, waiting.state = as_json(report), State.READY


def _take(waiting: PackImport) -> None:
    if waiting.by is None or not waiting.by.is_active or waiting.by.role not in MAY:
        raise Refused("not_allowed", "Only managers and administrators bring packs along.")
    path = waiting.path
    with transaction.atomic():
        made, _ = import_pack(by=waiting.by, path=folder() / path, name=waiting.wanted)
        waiting.engagement, waiting.state, waiting.taken_at, waiting.path = (
            made,
            State.TAKEN,
            timezone.now(),
            "",
        )
        waiting.save()
        transaction.on_commit(partial(_forget, path))


def _forget(path: str) -> None:
    if path:
        (folder() / path).unlink(missing_ok=True)


def _name(said: str) -> str:
    last = PurePosixPath(said.replace("\\", "/")).name
    return "".join(one for one in last if one.isprintable())[:200].strip() or "pack.zip"
