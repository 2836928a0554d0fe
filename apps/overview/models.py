"""What the overview remembers, so that a list of thousands of engagements is one query."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from apps.core.models import Base
from apps.core.reversing import reverse_row
from apps.engagements.models import Engagement, Milestone

from .rules.health import Colour


class Standing(Base):
    """How an engagement stands on a day: what the rules of ranking, health and forecast make of its facts. Worked
    out anew after every change of the engagement and on every new day; `services.standing` alone writes it.

    concerns: [{"kind", "points", "level", "words", "item": id or ""}], what presses most first. waited: days that
    the oldest unanswered access request waits. no_forecast: why there is none.
    """

    engagement = models.OneToOneField(Engagement, models.CASCADE, related_name="standing")
    day = models.DateField()
    press = models.FloatField()
    colour = models.CharField(max_length=8, choices=[(one.value, one.value.capitalize()) for one in Colour])
    reasons = ArrayField(models.TextField())
    concerns = models.JSONField(default=list)
    milestone = models.ForeignKey(Milestone, models.SET_NULL, null=True, related_name="+")
    blockers = models.PositiveIntegerField(default=0)
    waits = models.PositiveIntegerField(default=0)
    waited = models.PositiveIntegerField(default=0)
    logged_on = models.DateField(null=True)
    forecast_low = models.DateField(null=True)
    forecast = models.DateField(null=True)
    forecast_high = models.DateField(null=True)
    no_forecast = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(colour__in=list(Colour)), name="standing_colour_known"),
        ]
        indexes = [models.Index(F("press").desc(), "id", name="standing_first")]

    def __str__(self) -> str:
        return f"{self.colour} on {self.day}"

    def get_absolute_url(self) -> str:
        return reverse_row("overview:health", self.engagement_id)


class Changed(models.Model):
    """An engagement of which something has changed since its standing was worked out. Written in the transaction of
    the change, so that none is ever missed."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.engagement_id)


class HealthOverride(Base):
    """A manager's word on how an engagement is doing, instead of what its evidence says, for a while and with a
    reason. The latest one that has not ended counts; every one stays."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="health_overrides")
    colour = models.CharField(max_length=8, choices=[(one.value, one.value.capitalize()) for one in Colour])
    reason = models.TextField()
    until = models.DateField()  # the last day on which it counts
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)  # taken back before that

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(colour__in=list(Colour)), name="health_override_colour_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="health_override_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.colour} until {self.until}"


class SavedView(Base):
    """A portfolio as somebody narrowed, sorted and grouped it, under a name of their own. query: of the address."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name
