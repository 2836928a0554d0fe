from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.core.models import Base
from apps.engagements.models import Item

from ..rules.goals import Goal
from .criteria import Direction, SuccessCriterion


class Verdict(models.TextChoices):
    MET = "met", "met"
    MISSED = "missed", "missed"
    UNDECIDED = "undecided", "undecided"


class Measurement(Base):
    """A value of a criterion with its n, interval, source and time. Written once, never changed.

    It keeps what decided when it was made (metric, direction, threshold, unit) and the verdict on that, so that
    a criterion that is changed later leaves it as it was. By hand: `how`, with a `link` or another item as
    evidence, and `by` whom.
    """

    criterion = models.ForeignKey(SuccessCriterion, models.CASCADE, related_name="measurements")
    metric = models.CharField(max_length=80)
    direction = models.CharField(max_length=8, choices=Direction)
    threshold = models.FloatField()
    unit = models.CharField(max_length=40, blank=True)
    value = models.FloatField(null=True)  # none when there was nothing to measure
    low = models.FloatField(null=True)  # none: unbounded on this side, or by hand and not said
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)  # none: by hand and not said
    verdict = models.CharField(max_length=10, choices=Verdict)
    source = models.CharField(max_length=40)  # what kind of thing measured it, such as "run" or "hand"
    source_id = models.UUIDField()
    subject = models.CharField(max_length=120, blank=True)  # what was measured, such as the target's name
    measured_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="measurements")
    how = models.TextField(blank=True)
    link = models.URLField(max_length=500, blank=True)
    evidence = models.ForeignKey(Item, models.SET_NULL, null=True, related_name="proves")

    class Meta:
        indexes = [
            models.Index("criterion", F("measured_at").desc(), F("id").desc(), name="measurement_latest")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["criterion", "source", "source_id", "subject"], name="measured_once_per_source"
            ),
            models.CheckConstraint(condition=Q(value__isnull=False) | Q(n=0), name="measurement_has_value"),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="measurement_direction_known"
            ),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="measurement_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.reference}: {self.value}"

    @property
    def goal(self) -> Goal:
        """What decided when it was made."""
        return Goal(self.metric, self.direction, self.threshold)
