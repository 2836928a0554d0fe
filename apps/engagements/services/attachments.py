"""Files that hang on items. They are kept at the control plane, outside of the client's network, below
ATTACHMENTS, under random names and for their owner only."""

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused

from ..models import Attachment, Engagement, Item
from ..rules import attachments as rules
from .contents import media_type_of

SPARE = 512 * 2**20  # bytes of the disk that no upload may take


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.ATTACHMENTS)


def require_room(size: int) -> None:
    """Raises Refused for more bytes than one file may have, or than the disk has to spare; asked before
    anything is read."""
    most = settings.ATTACHMENT_LIMIT
    if size > most:
        message = f"This has {size / 2**20:,.1f} MB; a file may have at most {most / 2**20:,.0f} MB."
        raise Refused("too_large", message, field="file")
    above = next(path for path in (folder(), *folder().parents) if path.exists())
    if shutil.disk_usage(above).free < 2 * size + SPARE:  # once as it arrives, once as it is kept
        raise Refused("disk_full", "The disk of this Fieldwork has no room left.", field="file")


def attach(*, by: User, item: Item, file: "UploadedFile[Any]") -> Attachment:
    """Keep a file on an item, as what its content is. The same file twice is two attachments. Raises Refused
    for a file that is empty, too large, of a kind that is not kept or not what it is called, and for a removed
    item."""
    require_room(file.size or 0)
    try:
        media_type = media_type_of(file, file.name or "")
    except rules.Unfit as error:
        raise Refused("file_unfit", str(error), field="file") from None
    with kept(file) as (path, digest), transaction.atomic():
        if Item.objects.select_for_update(no_key=True).filter(pk=item.pk, removed_at=None).first() is None:
            raise Refused("removed", "Somebody has removed this meanwhile; nothing can be attached to it.")
        attachment = Attachment.objects.create(
            item=item,
            by=by,
            name=rules.file_name(file.name or "", media_type),
            media_type=media_type,
            size=file.size or 0,
            sha256=digest,
            path=path,
        )
        facts = _facts(attachment)
        record(
            by=by, verb="attached", subject=attachment, engagement=item.engagement, item=item.pk, after=facts
        )
    return attachment


@transaction.atomic
def remove_attachment(*, by: User, attachment: Attachment) -> None:
    """Take an attachment away and delete its file; what it was called and its digest stay in the history."""
    locked = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if locked.removed_at is None:
        locked.removed_at = timezone.now()
        locked.save(update_fields=["removed_at"])
        item = attachment.item
        facts = _facts(locked)
        record(by=by, verb="removed", subject=locked, engagement=item.engagement, item=item.pk, before=facts)
        transaction.on_commit(partial(delete_files, [locked.path]))


def forget_files_of(engagement: Engagement) -> None:
    """Delete the files of an engagement once its removal is certain; called within it."""
    paths = list(Attachment.objects.filter(item__engagement=engagement).values_list("path", flat=True))
    transaction.on_commit(partial(delete_files, paths))


def delete_files(paths: Iterable[str]) -> None:
    """Delete files below ATTACHMENTS; one that is gone already is no matter."""
    for path in paths:
        (folder() / path).unlink(missing_ok=True)


def sweep(now: float | None = None) -> int:
    """Delete the files of which no row speaks: those that a process left that was killed between the file and
    its row, or between the end of its row and the file's. What is younger than a day may still get its row.
    Returns how many."""
    old = (now or time.time()) - 24 * 3600
    lying = {f"{path.parent.name}/{path.name}": path for path in folder().glob("*/*")}
    aged = [name for name, path in lying.items() if path.stat().st_mtime < old]
    known = set(Attachment.objects.filter(removed_at=None).values_list("path", flat=True))
    left = [name for name in aged if name not in known]
    delete_files(left)
    return len(left)


@contextlib.contextmanager
def kept(file: "File[Any]") -> Iterator[tuple[str, str]]:
    """The name under which the file was written, whole and safe from a loss of power, and its SHA-256. It is
    deleted again when what follows fails."""
    name = uuid4().hex
    path = folder() / name[:2] / name
    part = path.with_suffix(".part")
    try:
        digest = _write(file, part)
        os.replace(part, path)
        _sync(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        message = "The disk of this Fieldwork is full." if full else "Fieldwork cannot write its attachments."
        raise Refused("not_kept", f"{message} Nothing was kept.", field="file") from error
    try:
        yield f"{name[:2]}/{name}", digest
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(file: "File[Any]", part: Path) -> str:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    part.parent.mkdir(mode=0o700, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        for chunk in file.chunks():
            digest.update(chunk)
            kept.write(chunk)
        kept.flush()
        os.fsync(kept.fileno())
    return digest.hexdigest()


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _facts(attachment: Attachment) -> dict[str, Any]:
    return {name: getattr(attachment, name) for name in ("name", "media_type", "size", "sha256")}
