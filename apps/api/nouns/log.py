"""The log: what is written down, one line of the grammar at a time or by its fields."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from apps.audit.selectors import written_through
from apps.engagements.models import EntryKind, Item, Kind, LogEntry
from apps.engagements.rules import grammar_decisions as decisions
from apps.engagements.rules.tags import MOST as MOST_TAGS
from apps.engagements.selectors.words import matching
from apps.engagements.services.log import log
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from ..services.entries import correct_entry, write_entries, write_entry
from .items import MOVE, NOUN_OF, REMOVE

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class RejectedField(Strict):
    """What was not decided, and why."""

    option = serializers.CharField(max_length=decisions.LONGEST)
    why = serializers.CharField(max_length=decisions.LONGEST, allow_blank=True, default="")


class EntryFields(Strict):
    """A log entry as it is written; of a decision, `text` is what was chosen."""

    kind = serializers.ChoiceField(choices=EntryKind.choices, default=EntryKind.NOTE)
    text = serializers.CharField(trim_whitespace=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=41), max_length=MOST_TAGS, required=False
    )
    minutes = serializers.IntegerField(min_value=1, max_value=24 * 60, required=False, allow_null=True)
    client_visible = serializers.BooleanField(required=False)
    at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=decisions.LONGEST * 4)
    rejected = RejectedField(many=True, required=False)

    def validate_at(self, at: datetime) -> datetime:
        """When it happened: not long ago in another century, and not in the future."""
        if not EARLIEST <= at <= timezone.now() + timedelta(days=1):
            raise serializers.ValidationError("This is not a time at which it can have happened.", "at")
        return at

    def validate_rejected(self, rejected: list[Any]) -> list[Any]:
        """Not too many, and whole, also in a correction, where the framework lets parts be missing."""
        if len(rejected) > decisions.MOST:
            raise serializers.ValidationError(f"At most {decisions.MOST} are kept.", "max_length")
        if any("option" not in one for one in rejected):
            raise serializers.ValidationError("Each needs its option.", "required")
        return [{"option": one["option"], "why": one.get("why", "")} for one in rejected]


class EntryNew(EntryFields):
    """Either one line of the log's grammar with nothing else beside it, or the fields of an entry."""

    line = serializers.CharField(
        trim_whitespace=False,
        allow_blank=True,
        required=False,
        help_text="Such as `/decision Use the replica #data`.",
    )
    text = serializers.CharField(trim_whitespace=False, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """A line alone, or fields without one."""
        if not isinstance(data, Mapping) or "line" not in data:
            self.fields["text"].required = True
            return super().to_internal_value(data)
        if beside := [name for name in data if name != "line"]:
            words = "There is no such field beside `line`, which says all of it."
            raise serializers.ValidationError({str(name): [words] for name in beside}, "unknown")
        try:
            return {"line": self.fields["line"].run_validation(data["line"])}
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"line": error.detail}) from None


class EntryOut(Out):
    """What stands in the log, or what a line of it has become. item: which kind of item; kind: of an entry which
    kind of entry, else null; via: the token through which it was written. minutes and via are internal: null for client
    viewers."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    item = serializers.ChoiceField(source="kind", choices=Kind.choices)
    kind = serializers.CharField(source="entry_kind", default=None, allow_null=True)
    engagement = serializers.UUIDField(source="engagement_id")
    title = serializers.CharField()
    text = serializers.CharField()
    reason = serializers.CharField(default="")
    rejected = serializers.ListField(default=list)
    tags = serializers.ListField(child=serializers.CharField())
    minutes = serializers.SerializerMethodField()
    client_visible = serializers.BooleanField()
    state = serializers.CharField()
    at = Moment()
    due = serializers.DateField(allow_null=True)
    owner = serializers.CharField(source="owner.name", default=None, allow_null=True)
    author = serializers.CharField(source="by.name", default=None, allow_null=True)
    via = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_minutes(self, item: Any) -> int | None:
        """Of work."""
        minutes: int | None = getattr(item, "minutes", None)
        return minutes if self.context["bearer"].is_staff else None

    def get_via(self, item: Any) -> str | None:
        """Such as "token nightly job"."""
        via: dict[Any, str] = self.context["via"]
        return via.get(item.pk)


def _rows(bearer: Bearer) -> QuerySet[LogEntry]:
    return bearer.items(LogEntry).select_related("by", "owner", "engagement__client").defer("search")


def _written(bearer: Bearer, rows: Sequence[Any]) -> Iterable[Item]:
    """What lines have become: entries, and items of any other kind."""
    pks = [row.pk for row in rows]
    others = [row.pk for row in rows if not isinstance(row, LogEntry)]
    yield from _rows(bearer).filter(pk__in=pks) if len(others) < len(pks) else ()
    yield from bearer.items(Item).filter(pk__in=others).select_related("by", "owner") if others else ()


def _add(asked: Asked) -> Item:
    if "line" in asked.sent:
        return log(by=asked.by, engagement=asked.engagement, line=asked.sent["line"]).item
    return write_entry(by=asked.by, engagement=asked.engagement, **asked.sent)


def _add_many(asked: Asked, sent: Sequence[dict[str, Any]]) -> Sequence[Item] | None:
    """By their fields they are written together. A line may become anything, so where there is one, each by itself."""
    if any("line" in one for one in sent):
        return None
    return write_entries(by=asked.by, engagement=asked.engagement, rows=sent)


def _correct(asked: Asked) -> LogEntry:
    assert asked.version is not None, "the view asks for it"
    return correct_entry(by=asked.by, entry=asked.row, version=asked.version, **asked.sent)


def _via(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    return {"via": written_through(row.pk for row in rows) if bearer.is_staff else {}}


LOG = Noun(
    name="log",
    one="log entry",
    says="What is written down: notes, decisions, meetings, blockers, learnings, changes. One line of the grammar may "
    "become any kind of item.",
    scope="log",
    rows=_rows,
    out=EntryOut,
    orders={"-at": "at", "at": "at"},
    narrow={
        "kind": Narrow(
            serializers.ChoiceField(
                choices=EntryKind.choices,
                required=False,
                error_messages={
                    "invalid_choice": f"There is no such kind; there are {', '.join(EntryKind.values)}."
                },
            ),
            "entry_kind",
        ),
        "tag": Narrow(
            serializers.CharField(required=False, max_length=41),
            lambda rows, tag, bearer: rows.filter(tags__contains=[tag.removeprefix("#").lower()]),
        ),
        "since": Narrow(
            serializers.DateTimeField(
                required=False,
                help_text="A date, or a time.",
                error_messages={"invalid": "This is no date; write 2026-11-01 or 2026-11-01T09:30:00+01:00."},
            ),
            "at__gte",
        ),
        "q": Narrow(
            serializers.CharField(
                required=False, max_length=300, allow_blank=True, help_text="Words in title or text."
            ),
            lambda rows, words, bearer: rows.filter(search=matching(words)),
        ),
    },
    add=Act(_add, EntryNew),
    add_many=_add_many,
    change=Act(_correct, EntryFields),
    remove=REMOVE,
    verbs={"state": MOVE},
    beside=_via,
    found=_written,
    noun_of=lambda row: NOUN_OF[row.kind],
)
