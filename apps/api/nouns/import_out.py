"""An import as the API gives it: how far it is, how its file is understood, and the dry run."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.errors import Refused
from apps.engagements.models import Import, Imported
from apps.engagements.presenters.imports import notes_of
from apps.engagements.rules.imports import people
from apps.engagements.rules.imports.fields import fields_of
from apps.engagements.services import imports

from ..fields import Moment, Out

DOING = {"look": "looking", "take": "taking", "undo": "undoing"}
STATES = (*DOING.values(), "waiting", "taken", "undone")


class ImportOut(Out):
    """A file of yours. state: looking, taking and undoing are a worker's, of a large one; a waiting one is forgotten
    after a day. rows: of the file; trouble: why the last thing that was asked for did not happen; written, skipped,
    refused: rows, once it is taken; undone, left: items, once that was undone."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    what = serializers.ChoiceField(choices=Imported.choices)
    name = serializers.CharField()
    state = serializers.SerializerMethodField()
    rows = serializers.SerializerMethodField()
    written = serializers.IntegerField(source="counts.written", default=None, allow_null=True)
    skipped = serializers.IntegerField(source="counts.skipped", default=None, allow_null=True)
    refused = serializers.SerializerMethodField()
    undone = serializers.IntegerField(source="counts.undone", default=None, allow_null=True)
    left = serializers.IntegerField(source="counts.left", default=None, allow_null=True)
    may_undo = serializers.SerializerMethodField()
    trouble = serializers.CharField(source="counts.trouble", default="")
    taken_at = Moment(allow_null=True)
    created_at = Moment()

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, pending: Import) -> str:
        """How far it is."""
        if doing := pending.counts.get("doing"):
            return DOING[doing]
        if pending.taken_at is None:
            return "waiting"
        return "undone" if "undone" in pending.counts else "taken"

    def get_rows(self, pending: Import) -> int:
        """Of the file."""
        return int(pending.mapping["rows"])

    def get_refused(self, pending: Import) -> int | None:
        """Null until it is taken; the dry run says it before."""
        return pending.counts.get("refused") if pending.taken_at else None

    def get_may_undo(self, pending: Import) -> bool:
        """Within a day."""
        return imports.may_undo(pending)


class ColumnOut(Out):
    """What a row may say. column: the place of the heading that says it, from 0; null where none does; sample: of its
    cells."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    required = serializers.BooleanField()  # type: ignore[assignment]
    column = serializers.IntegerField(allow_null=True)
    sample = serializers.ListField(child=serializers.CharField())


class NamedOut(Out):
    """A name in the file that nobody here answers to. person: whom it is to stand for."""

    name = serializers.CharField()
    count = serializers.IntegerField()
    person = serializers.UUIDField(allow_null=True)


class CellTroubleOut(Out):
    """What is wrong with a cell."""

    column = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()


class RowOut(Out):
    """A row as it would be written down. number: in the file; fate: new, duplicate or refused; same: as what; parts:
    what else it will say, label and words."""

    number = serializers.IntegerField()
    fate = serializers.CharField()
    same = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    parts = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    troubles = CellTroubleOut(many=True)


class DryRunOut(Out):
    """What would be written down; nothing is. asks: what its columns leave open (order, scale), so that rows are
    refused until it is said; missing: labels of columns without which nothing is written; notes: what one should know;
    results: the first rows, those that are refused before the others."""

    new = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    refused = serializers.IntegerField()
    asks = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    results = RowOut(many=True)


class UnderstoodOut(Out):
    """How the file is understood, and what would come of it. seen: names all of this, for taking it; dry_run: null
    while a worker makes it."""

    headings = serializers.ListField(child=serializers.CharField())
    columns = ColumnOut(many=True)
    people = NamedOut(many=True)
    order = serializers.CharField()
    scale = serializers.IntegerField(allow_null=True)
    shown = serializers.BooleanField()
    again = serializers.BooleanField()
    rest = serializers.BooleanField()
    seen = serializers.CharField()
    unreadable = serializers.CharField()
    dry_run = DryRunOut(allow_null=True)


class ImportWhole(ImportOut):
    """With how it is understood, as long as it waits."""

    understood = serializers.SerializerMethodField()

    @extend_schema_field(UnderstoodOut(allow_null=True))
    def get_understood(self, pending: Import) -> dict[str, Any] | None:
        """Null once it is taken."""
        if pending.taken_at is not None or pending.counts.get("doing") == "take":
            return None
        return dict(UnderstoodOut(_understood(pending)).data)


def _understood(pending: Import) -> dict[str, Any]:
    mapping, unreadable = pending.mapping, ""
    try:
        looked = imports.looked_at(pending)
    except Refused as error:
        looked, unreadable = {}, error.message
    return {
        "headings": mapping["headings"],
        "columns": _columns(pending, looked),
        "people": _people(mapping, looked),
        "order": mapping.get("order", ""),
        "scale": mapping.get("scale") or None,
        **{name: bool(mapping.get(name)) for name in ("shown", "again", "rest")},
        "seen": imports.digest_of(pending),
        "unreadable": unreadable,
        "dry_run": {**looked, "notes": notes_of(pending, looked), "results": looked["shown"]}
        if looked
        else None,
    }


def _columns(pending: Import, looked: dict[str, Any]) -> list[dict[str, Any]]:
    chosen, samples = pending.mapping["columns"], looked.get("samples")
    found = []
    for one in fields_of(pending.what):
        place = chosen.get(one.name)
        sample = samples[place] if samples and place is not None else []
        said = {"name": one.name, "label": one.label, "required": one.required}
        found.append({**said, "column": place, "sample": sample})
    return found


def _people(mapping: dict[str, Any], looked: dict[str, Any]) -> list[dict[str, Any]]:
    """Those who are unknown, and those who were said to be somebody."""
    named = mapping.get("people", {})
    return [
        {**one, "person": named.get(people.key_of(one["name"])) or None} for one in looked.get("names", [])
    ]
