from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.models import Base, Versioned
from apps.dataplane.contract import plan

NAME = 120  # characters


class Source(Versioned):
    """A place rows live, as the site reaches it (see `contract.plan.Source`).

    What is known of its columns came with the last preview: names as far as they may leave, and numbers; never rows.
    """

    engagement = models.ForeignKey("engagements.Engagement", models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20)
    address = models.JSONField()
    name = models.CharField(max_length=NAME, blank=True)
    columns = models.JSONField(default=list)  # ColumnFacts
    read = models.JSONField(default=dict)  # how they were seen: the other numbers of the PreviewReport
    checked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, blank=True)  # code of what failed when it was last tested
    looked = models.ForeignKey("dispatch.Inquiry", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "address"], name="source_known_once"),
            models.CheckConstraint(
                condition=Q(trouble="") | Q(checked_at__isnull=False), name="source_trouble_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.address.get("path") or self.address.get("table") or self.kind)

    def get_absolute_url(self) -> str:
        return reverse("connectors:source", args=[self.engagement_id, self.pk])


class Dataset(Versioned):
    """The query and the column roles over a source (see `contract.plan.Dataset`). Frozen once an evaluation uses it."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="datasets")
    roles = models.JSONField()  # key, input, reference, slices, sample; filter when there is one
    name = models.CharField(max_length=NAME, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "roles"], name="dataset_known_once"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.source}"

    def get_absolute_url(self) -> str:
        return reverse("connectors:dataset", args=[self.source.engagement_id, self.pk])

    def as_plan(self) -> plan.Dataset:
        """The dataset as a site executes it."""
        return plan.Dataset.model_validate({**self.roles, "source": self.source.address})


class Snapshot(Base):
    """The frozen, hashed extent of a dataset at a site."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="snapshots")
    site = models.ForeignKey("dispatch.Site", models.PROTECT, related_name="snapshots")
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    source_rows = models.PositiveIntegerField()
    warnings = models.JSONField(default=list)

    class Meta:
        get_latest_by = "created_at"
        constraints = [
            models.UniqueConstraint(fields=["dataset", "site", "digest"], name="snapshot_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} ({self.rows} rows)"


class Look(models.Model):
    """Somebody looking around at a site for a source of an engagement; forgotten with its inquiry."""

    inquiry = models.OneToOneField("dispatch.Inquiry", models.CASCADE, primary_key=True, related_name="look")
    engagement = models.ForeignKey("engagements.Engagement", models.CASCADE, related_name="looks")
    place = models.JSONField()  # the folder, or the database, as in contract.plan

    def __str__(self) -> str:
        return str(self.place.get("path") or self.place.get("dsn") or "data roots")
