"""Handing over: the files of a pack one after another, as an archive that is streamed or into a folder.

The same rows give the same bytes: everything is sorted, times are UTC, and nothing says when or by whom it was handed
over; the audit trail does.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.engagements.models import Engagement
from apps.engagements.services.attachments import folder as attached

from ..models import EXPORTED
from ..parts import PARTS, approvals, decisions, endpoints, people, sites
from ..parts.engagement import CLIENT, SELF
from ..rules import manifest
from ..rules.manifest import Manifest, Sealed
from ..selectors import people_spoken_of
from ..shape.writing import File, Out

_TIME = (1980, 1, 1, 0, 0, 0)  # of every file in an archive: the first that ZIP knows
_MODE = 0o100644 << 16


def begin(*, by: User | None, engagement: Engagement) -> None:
    """Write down that the engagement is handed over. Raises Refused when a file that belongs to it is missing."""
    _require_files(engagement)
    with transaction.atomic():
        record(by=by, verb=EXPORTED, subject=engagement, engagement=engagement)


def archive(engagement: Engagement) -> Iterator[bytes]:
    """The pack as a ZIP file, piece by piece."""
    pipe = _Pipe()
    with _still(), zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:  # type: ignore[call-overload]
        for path, pieces in _sealed(engagement):
            info = zipfile.ZipInfo(path, _TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE, 3
            with packed.open(info, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    yield from pipe.taken()
            yield from pipe.taken()
    yield from pipe.taken()


def to_folder(*, by: User | None, engagement: Engagement, folder: Path) -> Manifest:
    """The pack as a folder, which is made, or is empty but for what keeps its versions. Raises Refused."""
    if folder.exists() and any(one.name != ".git" for one in folder.iterdir()):
        raise Refused("not_empty", f"{folder} is not empty; name a new folder, or empty this one.")
    begin(by=by, engagement=engagement)
    with _still():
        found: list[Manifest] = []
        for path, pieces in _sealed(engagement, found.append):
            lies = folder / path
            lies.parent.mkdir(parents=True, exist_ok=True)
            with open(lies, "xb") as file:
                for piece in pieces:
                    file.write(piece)
    return found[0]


def digests(engagement: Engagement) -> Manifest:
    """What the manifest of its pack would say, without a pack."""
    found: list[Manifest] = []
    for _, pieces in _sealed(engagement, found.append):
        for _ in pieces:
            pass
    return found[0]


def name_of(engagement: Engagement) -> str:
    """What the file of a pack is called, without an ending."""
    return f"handover-{engagement.client.slug}-{engagement.slug}"


def _sealed(engagement: Engagement, tell: Callable[[Manifest], None] = lambda found: None) -> Iterator[File]:
    """All files, and the manifest as the last one. Each has to be read to its end before the next one is asked for."""
    out = _called(engagement)
    files: dict[str, Sealed] = {}
    for path, pieces in _files(out):
        seal = _Seal(path)
        yield path, seal.through(pieces)
        files[path] = seal.sealed
    counts = {name: number for name, number in out.counts.items() if number}
    made = Manifest(version("fieldwork"), engagement.client.name, engagement.name, counts, files)
    tell(made)
    yield manifest.NAME, [manifest.written(made).encode()]


def _files(out: Out) -> Iterator[File]:
    for part in PARTS:
        yield from part.write(out)


def _called(engagement: Engagement) -> Out:
    """A pack in which everything has its name."""
    fresh = Engagement.objects.select_related("client").get(pk=engagement.pk)
    nouns = [noun for part in PARTS for noun in part.NOUNS]
    out = Out(fresh, {fresh.closed_by_id} | people_spoken_of(fresh))
    out.people |= {pk for noun in nouns for pk in noun.people(fresh)}
    out.names.call(fresh.pk, SELF)
    out.names.call(fresh.client_id, CLIENT)
    people.call(out)
    sites.call(out)
    endpoints.call(out)
    for noun in nouns:
        noun.call(fresh, out.names)
    approvals.call(fresh, out.names)
    decisions.call(fresh, out.names)
    return out


def _require_files(engagement: Engagement) -> None:
    from apps.engagements.models import Attachment

    for row in Attachment.objects.filter(item__engagement=engagement, removed_at=None):
        if not (attached() / row.path).is_file():
            raise Refused("file_missing", f"The file of {row.name} is not there; nothing can be handed over.")


@contextmanager
def _still() -> Iterator[None]:
    """All of it as it is at one moment, whatever others change meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class _Seal:
    """Counts and digests the bytes of a file while they pass."""

    def __init__(self, path: str) -> None:
        self._path, self._size, self._digest = path, 0, hashlib.sha256()

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces."""
        for piece in pieces:
            self._size += len(piece)
            self._digest.update(piece)
            yield piece

    @property
    def sealed(self) -> Sealed:
        """What the manifest says of it."""
        return Sealed(self._path, self._size, self._digest.hexdigest())


class _Pipe:
    """A file that only goes forward, and gives away what was written to it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: Any) -> int:
        """Hold it until it is taken."""
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> Iterator[bytes]:
        """What was written since."""
        held, self._held = self._held, []
        if held:
            yield b"".join(held)
