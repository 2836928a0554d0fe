from django.db import models

from apps.core.models import Base


class Source(Base):
    """A place rows live, as the site reaches it (see `contract.plan.Source`)."""

    engagement = models.ForeignKey("engagements.Engagement", models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=20)
    address = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "address"], name="source_known_once"),
        ]

    def __str__(self) -> str:
        return str(self.address.get("path") or self.address.get("table") or self.kind)


class Dataset(Base):
    """The query and the column roles over a source (see `contract.plan.Dataset`)."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="datasets")
    roles = models.JSONField()  # key, input, reference, slices, sample

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "roles"], name="dataset_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source}"


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
