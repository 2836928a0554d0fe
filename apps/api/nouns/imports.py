"""Imports: files whose rows somebody brings along."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.engagements.models import Import, Imported, MemberRole
from apps.engagements.rules.imports import cells, dates, people
from apps.engagements.rules.imports.fields import fields_of
from apps.engagements.selectors.imports import people_for
from apps.engagements.services import imports
from apps.tokens.selectors import Bearer

from ..fields import Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import placed
from .import_out import ImportOut, ImportWhole

PASTED = 200_000  # characters; more comes as a file
WORKING = (MemberRole.LEAD, MemberRole.ENGINEER)


class ImportNew(Strict):
    """Rows with their headings, as CSV or as copied from a spreadsheet; a file is sent to `imports/upload/`."""

    what = serializers.ChoiceField(choices=Imported.choices)
    text = serializers.CharField(max_length=PASTED, trim_whitespace=False)


class ImportUpload(Strict):
    """A file of at most 25 MB, as multipart/form-data: CSV with a row of headings."""

    what = serializers.ChoiceField(choices=Imported.choices)
    file = serializers.FileField(error_messages={"required": "No file has arrived.", "empty": "It is empty."})


class ImportChange(Strict):
    """How the file is to be understood; what is left out stays. columns: {name: place of its heading, or null}; order:
    of day and month in dates that leave it open; scale: how far levels count; people: {name in the file: id of a
    member, or null}; shown: the client sees the rows that say so; again: duplicates too; rest: keep what no column is
    for in the text."""

    columns = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=1_000, allow_null=True), required=False
    )
    order = serializers.ChoiceField(choices=[dates.DAY_FIRST, dates.MONTH_FIRST], required=False)
    scale = serializers.ChoiceField(choices=list(cells.SCALES), required=False)
    people = serializers.DictField(child=serializers.UUIDField(allow_null=True), required=False)
    shown = serializers.BooleanField(required=False)
    again = serializers.BooleanField(required=False)
    rest = serializers.BooleanField(required=False)


class Take(Strict):
    """What was looked at: `understood.seen`."""

    seen = serializers.CharField(max_length=100)


def _rows(bearer: Bearer) -> QuerySet[Import]:
    """One's own, as long as one works there."""
    if bearer.user is None:
        return Import.objects.none()
    mine = Import.objects.filter(by=bearer.user, engagement__in=placed(bearer, *WORKING))
    return mine.select_related("engagement__client", "by").defer("content")


def _paste(asked: Asked) -> Import:
    what, content = asked.sent["what"], asked.sent["text"].encode()
    return imports.begin(by=asked.person, engagement=asked.engagement, what=what, content=content)


def _upload(asked: Asked) -> Import:
    what, file = asked.sent["what"], asked.sent["file"]
    said = {"what": what, "content": file.read(), "name": str(file.name or "file")}
    return imports.begin(by=asked.person, engagement=asked.engagement, **said)


def _change(asked: Asked) -> Import:
    pending, wanted = asked.row, dict(asked.sent)
    if "columns" in wanted:
        wanted["columns"] = _columns(pending, wanted["columns"])
    if "people" in wanted:
        wanted["people"] = _people(pending, wanted["people"])
    return imports.remap(by=asked.person, pending=pending, **wanted)


def _columns(pending: Import, said: dict[str, int | None]) -> dict[str, int]:
    known = [one.name for one in fields_of(pending.what)]
    if unknown := [name for name in said if name not in known]:
        words = f"There is no {unknown[0][:60]!r}; there are {', '.join(known)}."
        raise Refused("column", words, field="columns")
    whole = {**pending.mapping["columns"], **said}
    return {name: place for name, place in whole.items() if place is not None}


def _people(pending: Import, said: dict[str, Any]) -> dict[str, str]:
    here = {one.pk for one in people_for(pending.what, pending.by, pending.engagement)}
    if strangers := [name for name, pk in said.items() if pk is not None and pk not in here]:
        words = f"Nobody with the id for {strangers[0][:60]!r} can be named here."
        raise Refused("not_a_member", words, field="people")
    named = {people.key_of(name): str(pk or "") for name, pk in said.items()}
    return {**pending.mapping.get("people", {}), **named}


def _take(asked: Asked) -> Import:
    return imports.take(by=asked.person, pending=asked.row, seen=asked.sent["seen"])


def _undo(asked: Asked) -> Import:
    return imports.undo(by=asked.person, pending=asked.row)


UPLOAD = Act(_upload, ImportUpload, says="Bring along a file")
IMPORTS = Noun(
    name="imports",
    one="import",
    says="Files of actions, RAID, milestones or log entries that you bring along: sent, understood, tried in a dry "
    "run, then written down at once or not at all. Yours alone, and only as a person's.",
    scope="imports",
    roles=STAFF,
    rows=_rows,
    out=ImportOut,
    whole=ImportWhole,
    narrow={"what": Narrow(serializers.ChoiceField(choices=Imported.values, required=False), "what")},
    add=Act(_paste, ImportNew),
    change=Act(_change, ImportChange),
    remove=Act(
        lambda asked: imports.drop(by=asked.person, pending=asked.row), says="Forget a file that waits."
    ),
    verbs={
        "take": Act(
            _take, Take, says="Write down its good rows: all of them or none; of a large file, soon."
        ),
        "undo": Act(_undo, says="Remove what it has written, but for what was worked on since."),
    },
)
