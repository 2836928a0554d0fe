"""A file from a person's computer into the client's folder at this machine's site. It goes nowhere else."""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from pydantic import TypeAdapter

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.dataplane.contract import plan
from apps.dispatch import selectors as dispatch
from apps.engagements.models import Engagement

from .. import selectors
from ..models import NAME, Source
from ..rules import contents
from ..rules.places import file_name, printable
from .folders import make_folder
from .looks import preview
from .sources import ensure_source

_SOURCE: TypeAdapter[plan.Source] = TypeAdapter(plan.Source)


def keep_upload(*, by: User | None, engagement: Engagement, file: "UploadedFile[Any]") -> Source:
    """Keep the file in the client's folder, readable by its owner only, and test a source over it. The same content
    under the same name is the same file and the same source; other content gets a numbered name.

    Raises Refused where the site is not this machine's own, for a file of another kind, and for one too large.
    """
    if not selectors.takes_uploads(dispatch.site_for(engagement.client)):
        raise Refused(
            "not_here", "The rows stay with this client's site: name the file's path there.", field="file"
        )
    kind = kind_of(file)
    with _disk_refusals():
        path = _kept(file, kind, make_folder(engagement.client))
    source, _ = ensure_source(
        by=by,
        engagement=engagement,
        source=_SOURCE.validate_python({"kind": kind, "path": str(path)}),
        name=printable(file.name or "")[:NAME],
    )
    preview(by=by, source=source)
    return source


def require_size(size: int) -> None:
    """Raises Refused for more bytes than a file may have here; asked before anything is read where that can be."""
    if size > contents.LARGEST:
        most = contents.LARGEST // 2**20
        message = (
            f"This file has {size // 2**20:,} MB; at most {most:,} are taken here. Name its path instead."
        )
        raise Refused("too_large", message, field="file")


def kind_of(file: "UploadedFile[Any]") -> str:
    """The kind of source that the file is. Raises Refused for none, and for a file too large."""
    size = file.size or 0
    require_size(size)
    file.seek(0)
    head = file.read(contents.SNIFFED)
    file.seek(max(size - contents.SNIFFED, 0))
    tail = file.read(contents.SNIFFED)
    file.seek(0)
    try:
        return contents.kind_of(head, tail)
    except contents.Unfit as error:
        raise Refused("file_unfit", str(error), field="file") from None


def _kept(file: "UploadedFile[Any]", kind: str, folder: Path) -> Path:
    """Written aside first, so that a file that is there is always whole."""
    part = folder / f".{uuid4()}.part"
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            for chunk in file.chunks():
                digest.update(chunk)
                kept.write(chunk)
        return _named(part, digest.digest(), file.name or "", kind)
    finally:
        part.unlink(missing_ok=True)


def _named(part: Path, digest: bytes, name: str, kind: str) -> Path:
    """The first of the numbered names that is free, or already this very file."""
    number = 1
    while True:
        path = part.with_name(file_name(name, kind, number))
        try:
            os.link(part, path)
        except FileExistsError:
            if _digest_of(path) == digest:
                return path
            number += 1
        else:
            return path


def _digest_of(path: Path) -> bytes | None:
    """SHA-256 of a file; None for what is no file that can be read."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None


@contextlib.contextmanager
def _disk_refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        message = (
            "This machine's disk is full." if full else "The data folder of this machine cannot be written."
        )
        raise Refused("not_kept", message, field="file") from error
