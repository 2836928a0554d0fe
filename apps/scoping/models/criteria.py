from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.engagements.models import Item

from ..rules.goals import Goal, goal_of
from .use_cases import Baseline, UseCase


class Direction(models.TextChoices):
    AT_LEAST = "at_least", "at least"
    AT_MOST = "at_most", "at most"


class MeasuredBy(models.TextChoices):
    """Where the measurements of a criterion come from."""

    PILOT = "pilot", "A pilot's metric"
    ADOPTION = "adoption", "An adoption metric"
    HAND = "hand", "By hand, with evidence"


class SuccessCriterion(Item):
    """Metric, direction and threshold that decide; the same row from scoping to the status report. Its wording
    is the item's title.

    While one of the three is missing it is `unknown`, and with all of them `stated`: a trigger refuses anything
    else. Who decides is a member (`decider`), somebody named in words (`decider_name`), or both.
    """

    metric = models.CharField(max_length=80, blank=True)
    direction = models.CharField(max_length=8, choices=Direction, blank=True)
    threshold = models.FloatField(null=True)
    unit = models.CharField(max_length=40, blank=True)
    measured_by = models.CharField(max_length=8, choices=MeasuredBy, default=MeasuredBy.PILOT)
    decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decides_on"
    )
    decider_name = models.CharField(max_length=120, blank=True)
    use_case = models.ForeignKey(UseCase, models.SET_NULL, null=True, related_name="criteria")
    baseline = models.ForeignKey(Baseline, models.RESTRICT, null=True, related_name="criteria")

    class Meta:
        verbose_name_plural = "success criteria"
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=["", *Direction.values]), name="criterion_direction_known"
            ),
            models.CheckConstraint(
                condition=Q(measured_by__in=MeasuredBy.values), name="criterion_measured_in_a_known_way"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("scoping:criterion", args=[self.pk])

    @property
    def measured_words(self) -> str:
        """How it is measured, behind "measured"."""
        return {"pilot": "by a pilot", "adoption": "by an adoption metric"}.get(self.measured_by, "by hand")

    @property
    def goal(self) -> Goal | None:
        """What decides; None while something of it is missing."""
        return goal_of(self.metric, self.direction, self.threshold)
