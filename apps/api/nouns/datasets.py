"""Datasets and their snapshots: which rows of a source are meant, what their columns are for, and what was frozen."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import ValidationError
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.connectors import services
from apps.connectors.forms.datasets import COLUMN
from apps.connectors.models import NAME, Dataset, Snapshot, Source
from apps.connectors.rules.roles import OPERATORS
from apps.core.errors import Refused
from apps.dataplane.contract import plan
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun

ROLES = ("key", "input", "reference", "slices", "sample", "filter")


class SampleOut(Out):
    """How many rows are drawn by chance; the same seed draws the same ones."""

    size = serializers.IntegerField()
    seed = serializers.IntegerField()


class RowConditionOut(Out):
    """What a row must satisfy."""

    column = serializers.CharField()
    operator = serializers.ChoiceField(choices=OPERATORS)
    values = serializers.ListField(child=serializers.CharField(), default=list)


class DatasetOut(Out):
    """Which rows of a source, and what its columns are for. frozen: an evaluation uses it, so that its name alone can
    change."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="source.engagement_id")
    source = serializers.UUIDField(source="source_id")  # type: ignore[assignment]
    name = serializers.CharField()
    key = serializers.CharField(source="roles.key", allow_null=True, default=None)
    input = serializers.ListField(source="roles.input", child=serializers.CharField())
    reference = serializers.CharField(source="roles.reference", allow_null=True, default=None)
    slices = serializers.ListField(source="roles.slices", child=serializers.CharField(), default=list)
    sample = SampleOut(source="roles.sample", allow_null=True, default=None)
    filter = RowConditionOut(source="roles.filter", many=True, default=list)
    frozen = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = Moment()


class SampleField(Strict):
    """So many rows, drawn by chance."""

    size = serializers.IntegerField(min_value=1, max_value=10**9)
    seed = serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False, default=0)


class ConditionField(Strict):
    """What a row must satisfy. values: any of them; of at_least and at_most one number."""

    column = serializers.CharField(max_length=COLUMN, trim_whitespace=False)
    operator = serializers.ChoiceField(choices=OPERATORS)
    values = serializers.ListField(
        child=serializers.CharField(max_length=1_000, trim_whitespace=False), required=False, max_length=1_000
    )


def _columns(**more: Any) -> serializers.ListField:
    return serializers.ListField(child=_column(), max_length=1_000, **more)


def _column(**more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=COLUMN, trim_whitespace=False, **more)


class DatasetChange(Strict):
    """input: columns that a prompt may use, at least one; reference: the one with the right answer; slices: columns by
    whose values results are told, too; key: a column that is always filled and never the same twice."""

    name = serializers.CharField(max_length=NAME)
    key = _column(required=False, allow_null=True)
    input = _columns(allow_empty=False)
    reference = _column(required=False, allow_null=True)
    slices = _columns(required=False)
    sample = SampleField(required=False, allow_null=True)
    filter = ConditionField(many=True, required=False, max_length=50)  # type: ignore[call-arg]


class DatasetNew(DatasetChange):
    """A new one over that source."""

    source = serializers.UUIDField()  # type: ignore[assignment]


class SnapshotOut(Out):
    """The rows of a dataset as a site froze them. digest: of these very rows; source_rows: how many the source had."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="dataset.source.engagement_id")
    dataset = serializers.UUIDField(source="dataset_id")
    site = serializers.CharField(source="site.name")
    digest = serializers.CharField()
    rows = serializers.IntegerField()
    source_rows = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())
    created_at = Moment()


def _rows(bearer: Bearer) -> QuerySet[Dataset]:
    used = Dataset.objects.filter(pk=OuterRef("pk"), evaluations__isnull=False)
    found = Dataset.objects.filter(source__engagement__in=bearer.engagements().order_by().values("pk"))
    return (
        found.select_related("source__engagement__client")
        .defer("source__columns", "source__read")
        .annotate(frozen=Exists(used))
    )


def _snapshots(bearer: Bearer) -> QuerySet[Snapshot]:
    found = Snapshot.objects.filter(
        dataset__source__engagement__in=bearer.engagements().order_by().values("pk")
    )
    related = found.select_related("dataset__source__engagement__client", "site")
    return related.defer("dataset__source__columns", "dataset__source__read")


def _planned(source: Source, said: dict[str, Any]) -> plan.Dataset:
    """As a site executes it. Raises ValidationError."""
    roles = {name: said[name] for name in ROLES if name in said}
    try:
        return plan.Dataset.model_validate({**roles, "source": source.address})
    except ValidationError as error:
        wrong = {".".join(map(str, one["loc"])): [one["msg"]] for one in error.errors()}
        raise serializers.ValidationError(wrong, "unfit") from None


def _add(asked: Asked) -> Dataset:
    sent = dict(asked.sent)
    source = Source.objects.filter(engagement=asked.engagement, pk=sent.pop("source")).first()
    if source is None:
        raise Refused("elsewhere", "There is no such source on this engagement.", field="source")
    return services.add_dataset(by=asked.by, source=source, dataset=_planned(source, sent), name=sent["name"])


def _change(asked: Asked) -> Dataset:
    row: Dataset = asked.row
    said = {**row.roles, "name": row.name or str(row)[:NAME], **asked.sent}
    planned = _planned(row.source, said)
    services.change_dataset(by=asked.by, row=row, dataset=planned, name=said["name"], version=asked.version)
    return row


def _remove(asked: Asked) -> None:
    services.remove_dataset(by=asked.by, dataset=asked.row)


DATASETS = Noun(
    name="datasets",
    one="dataset",
    says="Which rows of a source are meant, and what their columns are for.",
    scope="data",
    roles=STAFF,
    rows=_rows,
    out=DatasetOut,
    engagement="source__engagement",
    narrow={"source": Narrow(serializers.UUIDField(required=False), "source")},
    add=Act(_add, DatasetNew),
    change=Act(_change, DatasetChange),
    remove=Act(_remove),
    moves=True,
)
SNAPSHOTS = Noun(
    name="snapshots",
    one="snapshot",
    says="The frozen, hashed rows of datasets, as sites have told of them; the rows stay there.",
    scope="data",
    roles=STAFF,
    rows=_snapshots,
    out=SnapshotOut,
    engagement="dataset__source__engagement",
    narrow={"dataset": Narrow(serializers.UUIDField(required=False), "dataset")},
)
