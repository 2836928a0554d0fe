from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from apps.core.models import Versioned
from apps.core.reversing import reverse_row

from ..rules import endings


class Client(Versioned):
    """A customer company."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="client_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse_row("clients:detail", self.pk)


class Stage(models.TextChoices):
    """Where an engagement stands; between two stages lies a gate."""

    SCOPING = "scoping", "Scoping"
    CONNECT = "connect", "Connect"
    PILOT = "pilot", "Pilot"
    DEPLOY = "deploy", "Deploy"
    ADOPT = "adopt", "Adopt"
    HANDOVER = "handover", "Handover"


class Ending(models.TextChoices):
    """Why the work on an engagement is over."""

    DELIVERED = "delivered", "Delivered: what was agreed is in use"
    HANDED_OVER = "handed_over", "Handed over to the client or to another team"
    NO_VALUE = "no_value", "Stopped: the pilot did not show enough value"
    BLOCKED = "blocked", "Stopped: access, security or data stayed out of reach"
    CLIENT_STOPPED = "client_stopped", "Stopped by the client for reasons of their own"
    OTHER = "other", "Another reason"


class Engagement(Versioned):
    """One piece of work for a client. It is open, closed (nothing on it changes any more) or archived (closed, and out
    of the lists).

    starts_on: from when the dates of a template count; budget_minutes: of work, agreed on; started_from: the name of
    the template with which it began.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="engagements")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.SCOPING)
    starts_on = models.DateField(default=timezone.localdate)
    started_from = models.CharField(max_length=120, blank=True)
    budget_minutes = models.PositiveIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ending = models.CharField(max_length=14, choices=Ending, blank=True)
    ending_words = models.TextField(blank=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "slug"], name="engagement_slug_once_per_client"),
            models.UniqueConstraint("client", Lower("name"), name="engagement_name_once_per_client"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="engagement_stage_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, ending="", ending_words="", archived_at=None)
                | Q(closed_at__isnull=False, ending__in=Ending.values),
                name="engagement_closed_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(budget_minutes=None) | Q(budget_minutes__gt=0),
                name="engagement_budget_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse_row("engagements:detail", self.pk)

    @property
    def is_open(self) -> bool:
        """Whether anything on it may still change."""
        return self.closed_at is None

    @property
    def state(self) -> str:
        """Open, closed or archived (`rules.endings`)."""
        return endings.state_of(closed=self.closed_at is not None, archived=self.archived_at is not None)
