from django.db import models
from django.db.models import Q

from apps.core.models import Base


class Direction(models.TextChoices):
    AT_LEAST = "at_least", "at least"
    AT_MOST = "at_most", "at most"


class SuccessCriterion(Base):
    """Metric, direction and threshold that decide; the same row from scoping to the status report."""

    engagement = models.ForeignKey("engagements.Engagement", models.CASCADE, related_name="criteria")
    metric = models.CharField(max_length=80)
    direction = models.CharField(max_length=8, choices=Direction)
    threshold = models.FloatField()
    unit = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "success criteria"
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "metric", "direction", "threshold"], name="criterion_stated_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.get_direction_display()} {self.threshold:g}"


class Measurement(Base):
    """A value of a criterion with its n, interval, source and time. Written once, never changed."""

    criterion = models.ForeignKey(SuccessCriterion, models.CASCADE, related_name="measurements")
    value = models.FloatField(null=True)  # none when there was nothing to measure
    low = models.FloatField(null=True)  # none: unbounded on this side
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField()
    source = models.CharField(max_length=40)  # what kind of thing measured it, such as "run"
    source_id = models.UUIDField()
    subject = models.CharField(max_length=120, blank=True)  # what was measured, such as the target's name
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["criterion", "source", "source_id", "subject"], name="measured_once_per_source"
            ),
            models.CheckConstraint(condition=Q(value__isnull=False) | Q(n=0), name="measurement_has_value"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value}"
