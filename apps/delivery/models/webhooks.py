from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.core.models import Base, Versioned
from apps.engagements.models import Engagement

from ..rules.webhooks import addresses

NAME = 60  # characters
KIND = 40
FAILURE = 30


class Webhook(Versioned):
    """An address that is told what happens: on one engagement or, without one, on the whole installation.

    Its secret is kept nowhere; it follows from the installation's key, the id and the `generation` (`secrets`). The
    generation before goes on signing until `old_until`. failing_since: since when nothing has arrived there.
    """

    class Pause(models.TextChoices):
        HAND = "hand", "Paused"
        GONE = "gone", "Paused: the receiver wants no more"
        FAILING = "failing", "Paused: nothing arrived for three days"

    engagement = models.ForeignKey(Engagement, models.CASCADE, null=True, related_name="webhooks")
    name = models.CharField(max_length=NAME)
    address = models.CharField(max_length=addresses.LIMIT)
    events = ArrayField(models.CharField(max_length=KIND))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    generation = models.PositiveIntegerField(default=1)
    old_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_why = models.CharField(max_length=10, choices=Pause, blank=True)
    failing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "name"], name="webhook_name_once_per_engagement"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(engagement=None), name="webhook_name_once_per_installation"
            ),
            models.CheckConstraint(condition=~Q(events=[]), name="webhook_wants_something"),
            models.CheckConstraint(
                condition=Q(paused_at=None, paused_why="")
                | Q(paused_at__isnull=False, paused_why__in=["hand", "gone", "failing"]),
                name="webhook_paused_for_a_reason",
            ),
        ]
        indexes = [models.Index(F("created_at").desc(), F("id").desc(), name="webhook_latest")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhooks:webhook", args=[self.pk])

    @property
    def is_active(self) -> bool:
        """Whether it is told of what happens."""
        return self.paused_at is None

    @property
    def host(self) -> str:
        """Where it leads, without what in an address may be a secret."""
        try:
            return addresses.parse(self.address).host
        except addresses.Unfit:  # the rules have become stricter since
            return ""

    def signs_twice(self, now: datetime) -> bool:
        """Whether the secret before the present one still signs as well."""
        return self.old_until is not None and self.old_until > now


class Delivery(Base):
    """One event on its way to one webhook; its id makes the header `webhook-id`, the same at every attempt.

    body: what is sent, byte for byte. attempts: how many there were, which fences them; before_replay: how many of
    them when somebody asked for it anew. next_at: of a queued one, when it is tried; of one being sent, when its
    worker is taken for lost.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        DONE = "done", "Delivered"
        FAILED = "failed", "Given up"

    TO_DO = (State.QUEUED, State.SENDING)

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=KIND)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    before_replay = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending"], ended_at=None, next_at__isnull=False)
                | Q(state__in=["done", "failed"], ended_at__isnull=False, next_at=None),
                name="delivery_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["webhook", "next_at"], condition=Q(ended_at=None), name="delivery_due"),
            models.Index("webhook", F("created_at").desc(), F("id").desc(), name="delivery_latest"),
            models.Index(
                "webhook", "state", F("created_at").desc(), F("id").desc(), name="delivery_of_state"
            ),
            models.Index(fields=["created_at"], name="delivery_old"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        return reverse("webhooks:delivery", args=[self.pk])

    @property
    def message(self) -> str:
        """The header `webhook-id`, by which a receiver knows a delivery again."""
        return f"msg_{self.pk.hex}"

    @property
    def may_replay(self) -> bool:
        """Whether somebody may have it sent anew, as far as it itself is concerned."""
        return self.state not in self.TO_DO


class DeliveryAttempt(Base):
    """One attempt of a delivery. status: of the answer, None without one; failure: a code of
    `presenters.webhooks`, empty when it was taken; excerpt: the beginning of an answer in plain text."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tried")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    took_ms = models.PositiveIntegerField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=FAILURE, blank=True)
    excerpt = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="delivery_attempt_once")]

    def __str__(self) -> str:
        return f"attempt {self.number}"
