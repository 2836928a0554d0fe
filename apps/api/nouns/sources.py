"""Sources: places where rows live, as the site reaches them. Rows never leave it by this way."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.connectors import presenters, selectors, services
from apps.connectors.forms.sources import PATH, QUERY, REFERENCE, TABLE, form_for
from apps.connectors.models import NAME, Source
from apps.dataplane.contract.privacy import Level
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun

KINDS = ("csv", "jsonl", "parquet", "xlsx", "postgres")
_WAITING = Q(looked__isnull=False, looked__answered_at=None)


class SourceOut(Out):
    """A place where rows live. address: as the site reaches it, with a reference in place of a login; waiting: for the
    site's answer to the last test; trouble: code of what failed in it; dataset_count: datasets that rest on it."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    address = serializers.DictField()
    checked_at = Moment(allow_null=True)
    trouble = serializers.CharField()
    waiting = serializers.SerializerMethodField()
    dataset_count = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = Moment()

    def get_waiting(self, source: Any) -> bool:
        """Whether it is."""
        return bool(source.looked and source.looked.is_open)


class SourceStepOut(Out):
    """One thing that a test must get past."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["done", "failed", "running", "waiting"])
    text = serializers.CharField()


class TestedOut(Out):
    """A test in words. state: never, waiting for its answer, away for its site to be back, or answered; site: that is
    asked, null while there is none; failure: of the site itself; advice: what to do next; facts: harmless ones."""

    state = serializers.SerializerMethodField()
    site = serializers.SerializerMethodField()
    steps = SourceStepOut(many=True)
    failure = serializers.CharField()
    advice = serializers.CharField()
    facts = serializers.SerializerMethodField()
    warnings = serializers.ListField(child=serializers.CharField())

    @extend_schema_field({"type": "string", "enum": ["never", "waiting", "away", "answered"]})
    def get_state(self, tested: presenters.Tested) -> str:
        """Whether it has been answered."""
        return "never" if tested.told == "answered" and not self.context["is_tested"] else tested.told

    def get_site(self, tested: presenters.Tested) -> str | None:
        """Its name."""
        return tested.site.name if tested.site else None

    def get_facts(self, tested: presenters.Tested) -> dict[str, str]:
        """Such as a line's number."""
        return dict(tested.facts)


class ReadOut(Out):
    """How the columns were seen. level: at which they left the site; read: rows that were looked at; whole: whether
    those are all; most_distinct: up to which distinct values are counted."""

    level = serializers.CharField()
    read = serializers.IntegerField()
    whole = serializers.BooleanField()
    most_distinct = serializers.IntegerField()


class SourceWhole(SourceOut):
    """A source with its last test, and what is known of its columns: names as far as they may leave, and numbers; never
    rows. read: null before the first test that succeeded."""

    columns = serializers.ListField(child=serializers.DictField())
    read = serializers.SerializerMethodField()
    tested = serializers.SerializerMethodField()

    @extend_schema_field(ReadOut(allow_null=True))
    def get_read(self, source: Any) -> Any:
        """As the site has said."""
        return ReadOut(source.read).data if source.read else None

    @extend_schema_field(TestedOut)
    def get_tested(self, source: Any) -> Any:
        """As its page shows it."""
        tested = presenters.tested(source, selectors.site_of(source.engagement))
        return TestedOut(tested, context={"is_tested": source.checked_at is not None}).data


class SourceChange(Strict):
    """A file by path and kind (by its ending unless said; a sheet of a workbook), or a database by a reference to its
    login, such as secret:warehouse, and a table or one SELECT."""

    name = serializers.CharField(required=False, allow_blank=True, max_length=NAME)
    kind = serializers.ChoiceField(choices=KINDS, required=False)
    path = serializers.CharField(required=False, max_length=PATH, trim_whitespace=False)
    sheet = serializers.CharField(required=False, allow_null=True, max_length=TABLE)
    dsn = serializers.CharField(required=False, max_length=REFERENCE)
    table = serializers.CharField(required=False, allow_null=True, max_length=TABLE)
    query = serializers.CharField(required=False, allow_null=True, max_length=QUERY)


class SourceUpload(Strict):
    """A file for the client's folder at the local site, as multipart/form-data: CSV, JSONL, Parquet or XLSX."""

    file = serializers.FileField(
        max_length=200, error_messages={"required": "No file has arrived.", "empty": "It is empty."}
    )


class Test(Strict):
    """What may leave the site of its columns and first rows, at most; numbers alone unless said."""

    level = serializers.ChoiceField(choices=[str(level) for level in Level], required=False)


def _rows(bearer: Bearer) -> QuerySet[Source]:
    found = Source.objects.filter(engagement__in=bearer.engagements().order_by().values("pk"))
    related = found.select_related("engagement__client", "looked__plan__site")
    related = related.defer("columns", "read", "looked__plan__body", "looked__answer")
    return related.annotate(dataset_count=Count("datasets"))


def _checked(said: dict[str, Any]) -> dict[str, Any]:
    """The address and the name, as their page's form reads them. Raises ValidationError."""
    kind = said.get("kind") or ("postgres" if said.get("dsn") else "")
    form = form_for(kind, {name: value for name, value in said.items() if value is not None}, initial={})
    if unknown := [name for name in said if name not in form.fields and not (name == "kind" and kind)]:
        what = "a database" if kind == "postgres" else "a file"
        raise serializers.ValidationError({name: [f"Not of {what}."] for name in unknown}, "unknown")
    if not form.is_valid():
        wrong = {name: [str(word) for word in words] for name, words in form.errors.items()}
        raise serializers.ValidationError(wrong, "unfit")
    return {"source": form.cleaned_data["source"], "name": form.cleaned_data["name"]}


def _add(asked: Asked) -> Source:
    """By a person, because whose files may be named is asked of the person."""
    return services.add_source(by=asked.person, engagement=asked.engagement, **_checked(asked.sent))


def _change(asked: Asked) -> Source:
    source, sent = asked.row, dict(asked.sent)
    moved = sent.keys() & {"kind", "dsn"} and sent.get("kind", source.kind) != source.kind
    stands = {} if moved else {name: value for name, value in source.address.items() if value is not None}
    said = _checked({"name": source.name, **stands, **sent})
    services.change_source(by=asked.person, row=source, version=asked.version, **said)
    return source  # type: ignore[no-any-return]  # a row of this noun


def _remove(asked: Asked) -> None:
    services.remove_source(by=asked.by, source=asked.row)


def _test(asked: Asked) -> Source:
    services.preview(by=asked.by, source=asked.row, level=Level(asked.sent.get("level", Level.SCORES)))
    return asked.row  # type: ignore[no-any-return]


def _upload(asked: Asked) -> Source:
    """By a person, as for any other place."""
    return services.keep_upload(by=asked.person, engagement=asked.engagement, file=asked.sent["file"])


UPLOAD = Act(_upload, SourceUpload, says="Put a file into the client's folder at the local site, and test it")
SOURCES = Noun(
    name="sources",
    one="source",
    says="Where rows live, as the client's site reaches them: files and databases. Rows stay there. A file is sent as "
    "multipart/form-data to `sources/upload/` below the engagement, where the client's site is this machine's own.",
    scope="data",
    roles=STAFF,
    rows=_rows,
    out=SourceOut,
    whole=SourceWhole,
    narrow={
        "kind": Narrow(serializers.ChoiceField(choices=KINDS, required=False), "kind"),
        "waiting": Narrow(
            serializers.BooleanField(required=False, allow_null=True, default=None),
            lambda rows, waiting, bearer: rows.filter(_WAITING) if waiting else rows.exclude(_WAITING),
        ),
    },
    add=Act(_add, SourceChange),
    change=Act(_change, SourceChange),
    remove=Act(_remove),
    verbs={
        "test": Act(
            _test, Test, later=True, says="Have the site open it and say of its columns what may leave."
        )
    },
    moves=True,
)
