from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Base
from apps.engagements.models import Engagement

from ..rules import preferences


class Channel(models.TextChoices):
    """How a person is told."""

    INBOX = preferences.INBOX, "Inbox"
    EMAIL = preferences.EMAIL, "E-mail"


class Preference(Base):
    """Whether one kind of notice reaches a person by one channel. Without a row, `rules.preferences` says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    about = models.CharField(max_length=10)
    channel = models.CharField(max_length=5, choices=Channel)
    on = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "about", "channel"], name="preference_once"),
            models.CheckConstraint(
                condition=Q(about__in=list(preferences.ABOUT)), name="preference_about_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=list(preferences.CHANNELS)), name="preference_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} by {self.channel}: {'on' if self.on else 'off'}"


class Mute(Base):
    """A person wants to be told nothing of an engagement."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mutes")
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "engagement"], name="mute_once")]

    def __str__(self) -> str:
        return f"{self.engagement} for {self.user}"
