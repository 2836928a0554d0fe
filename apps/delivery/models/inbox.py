from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core.models import Base
from apps.engagements.models import Comment, Engagement, Item

from ..rules import preferences
from ..rules.lines import NOTICE
from .mail import Mail
from .webhooks import Webhook

ABOUT = [(name, label) for name, (label, _) in preferences.ABOUT.items()]


class InboxEntry(Base):
    """One thing that one person is told. `item`: None when it concerns the whole engagement; `comment`:
    the one that it is about; `webhook`: likewise. Only what is told of a webhook of the installation has no engagement.

    shown: whether it stands in the inbox; else it goes by mail alone. mail_at: from when on it may be mailed,
    None when it is not to be; together with `mail`, which takes it, this is the outbox: written in the
    transaction of what is told.
    """

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    about = models.CharField(max_length=10, choices=ABOUT)
    engagement = models.ForeignKey(Engagement, models.CASCADE, null=True, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=NOTICE)
    at = models.DateTimeField(default=timezone.now)
    shown = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="entries")

    class Meta:
        verbose_name_plural = "inbox entries"
        constraints = [
            models.CheckConstraint(condition=Q(about__in=list(preferences.ABOUT)), name="inbox_about_known"),
            models.CheckConstraint(condition=~Q(text=""), name="inbox_says_something"),
            models.CheckConstraint(
                condition=Q(shown=True) | Q(mail_at__isnull=False), name="inbox_reaches_somebody"
            ),
            models.CheckConstraint(
                condition=Q(mail=None) | Q(mail_at__isnull=False), name="inbox_mailed_when_it_may"
            ),
            models.CheckConstraint(
                condition=Q(engagement__isnull=False) | Q(webhook__isnull=False),
                name="inbox_belongs_somewhere",
            ),
        ]
        indexes = [
            models.Index("to", F("at").desc(), F("id").desc(), condition=Q(shown=True), name="inbox_latest"),
            models.Index(
                "to",
                F("at").desc(),
                F("id").desc(),
                condition=Q(shown=True, read_at=None),
                name="inbox_unread",
            ),
            models.Index(
                fields=["mail_at"], condition=Q(mail=None, mail_at__isnull=False), name="inbox_to_mail"
            ),
            models.Index(fields=["read_at"], condition=Q(read_at__isnull=False), name="inbox_read"),
        ]

    def __str__(self) -> str:
        return self.text
