"""Bringing a pack along: all of it in one transaction, or nothing.

First everything is looked at that can be without a database: names, sizes, digests. Then the rows are written, and last
the engagement is handed over once more, to nobody: unless that gives the same files again, byte by byte, the pack is
refused. So an import never loses anything in silence. A check does all of that, and takes it back.
"""

import hashlib
import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.engagements.models import Engagement

from ..models import IMPORTED
from ..opened import opened
from ..parts import PARTS, approvals, decisions, endpoints, engagement, people, sites
from ..rules import manifest
from ..rules.limits import MANIFEST, PIECE
from ..rules.manifest import Manifest
from ..rules.refusal import Unfit
from ..shape.reading import Files, Into
from .exporting import digests

logger = logging.getLogger(__name__)
_ALTERED = "A pack is taken as it was handed over; change things here once it is imported."
# What is another's here: whoever has an account, a site or an endpoint keeps what they are called here.
_OURS = frozenset({people.PATH, engagement.PATH, sites.PATH, endpoints.PATH})
# What is read once the digests of approvals are there.
_LATER = frozenset(noun.name for part in PARTS[PARTS.index(decisions) :] for noun in part.NOUNS)
Tell = Callable[[str], None]


@dataclass
class Report:
    """What a pack holds and what becomes of it. told: names of people who are known here (matched), of whom a closed
    account is made (closed), who are members and who are not; client: whether there is one of that name."""

    client: str
    engagement: str
    fieldwork: str
    counts: dict[str, int]
    files: int
    told: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class _Enough(Exception):
    """A check that went well, and is taken back."""


def check_pack(*, by: User | None, path: Path, name: str = "", tell: Tell = lambda said: None) -> Report:
    """What would become of the pack that lies there. Nothing is written. Raises Refused, with the file."""
    return _bring(by, path, name, tell, keep=False)[1]


def import_pack(
    *, by: User | None, path: Path, name: str = "", tell: Tell = lambda said: None
) -> tuple[Engagement, Report]:
    """Write down the pack that lies there. name: of the engagement, when it is to have another one. tell: called with
    each noun. Raises Refused, with the file; then nothing was written."""
    return _bring(by, path, name, tell, keep=True)


def _bring(by: User | None, path: Path, name: str, tell: Tell, *, keep: bool) -> tuple[Engagement, Report]:
    place: dict[str, Into] = {}
    found: list[tuple[Engagement, Report]] = []
    try:
        with ExitStack() as aside, opened(path) as files:  # files put aside for it go again when it fails
            into = place["into"] = Into(files, _looked_at(files, tell), by, name, keep=aside.enter_context)
            with transaction.atomic():
                report = _read(into, tell)
                found.append((into.engagement, report))
                if not keep:
                    raise _Enough
                _tell_trail(into)
    except _Enough:
        pass
    except Unfit as error:
        raise Refused("pack", str(error), field="file") from None
    except (DatabaseError, psycopg.Error) as error:  # of COPY, psycopg's own
        told = Unfit(_words_of(error), place["into"].now)
        raise Refused("pack", str(told), field="file") from None
    return found[0]


def _looked_at(files: Files, tell: Tell) -> Manifest:
    """The manifest, once every file is there and has the size and the digest that it says. Raises Unfit."""
    if manifest.NAME not in files.names():
        raise Unfit("A pack has a manifest.yml beside its folders.")
    with files.open(manifest.NAME) as file:
        found = manifest.read(file.read(MANIFEST + 1))
    manifest.require_same(found, files.names())
    for name, sealed in found.files.items():
        if files.size(name) != sealed.size:
            said = f"This file has {files.size(name):,} bytes; the manifest says {sealed.size:,}."
            raise Unfit(f"{said} {_ALTERED}", name)
    tell("digests")
    for name, sealed in found.files.items():
        with files.open(name) as file:
            if _digest_of(file) != sealed.sha256:
                words = "This file is not the one of the manifest: its digest is another."
                raise Unfit(f"{words} {_ALTERED}", name)
    return found


def _digest_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _read(into: Into, tell: Tell) -> Report:
    for part in PARTS:
        tell(part.__name__.rpartition(".")[2].replace("_", " "))
        if part is decisions:
            into.ids.require_all(later=_LATER)
            _require_keys()
            approvals.settle(into)  # evidence quotes their digests
        part.read(into)
    into.now = ""
    into.ids.require_all()
    _require_keys()
    for left in sorted(into.manifest.files.keys() - into.taken):
        raise Unfit("This file belongs to nothing that a pack holds.", left)
    counts = {name: number for name, number in into.counts.items() if number}
    if counts != into.manifest.counts:
        raise Unfit("Its counts are not those of its files.", manifest.NAME)
    tell("comparing")
    _require_identity(into)
    report = Report(
        into.manifest.client, into.engagement.name, into.manifest.fieldwork, counts, len(into.taken)
    )
    report.told, report.warnings = into.told, into.warnings
    return report


def _require_keys() -> None:
    """What points at nothing is refused now and not at the end, while it is known what was read."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _require_identity(into: Into) -> None:
    """Raises Unfit for a file that would not be the same if the engagement were handed over now."""
    made = digests(into.engagement)
    for name in sorted(into.manifest.files.keys() | made.files.keys()):
        if name not in _OURS and into.manifest.files.get(name) != made.files.get(name):
            message = "Handed over again, this file would be another one: it is not as Fieldwork writes it."
            raise Unfit(message, name)


def _tell_trail(into: Into) -> None:
    """One event here; what it was there came along."""
    facts = {"from": f"{into.manifest.client} · {into.manifest.engagement}", "files": len(into.taken)}
    record(by=into.by, verb=IMPORTED, subject=into.engagement, engagement=into.engagement, **facts)


def _words_of(error: Exception) -> str:
    """Why the database refuses, by the name of its constraint; its own words may quote the pack."""
    logger.info("a pack was refused by the database", exc_info=error)
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return (
        f"The database refuses what it says ({name.replace('_', ' ')})."
        if name
        else "The database refuses it."
    )


def as_json(report: Report) -> dict[str, Any]:
    """A report as it is kept."""
    return asdict(report)
