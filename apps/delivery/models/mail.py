from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core.models import Base

from ..rules.lines import SUBJECT


class Mail(Base):
    """One mail, from the moment it is queued; the row outlives its text. Its id makes its Message-ID, so that
    a mail which goes out twice (see `services.outgoing`) is known as one.

    next_at: of a queued one, when it is tried; of one being sent, when its worker is taken for lost. failure
    and code: class of the last error and the mail server's answer, never its text, which may quote the mail.
    """

    class Kind(models.TextChoices):
        NOTICES = "notices", "Notices"
        LINK = "link", "Link to sign in"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"
        REFUSED = "refused", "Refused"
        DROPPED = "dropped", "Not needed"

    TO_DO = (State.QUEUED, State.SENDING)
    MENDABLE = (State.QUEUED, State.FAILED, State.REFUSED)

    to = models.EmailField(max_length=254)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="mails")
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=SUBJECT)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    failure = models.CharField(max_length=60, blank=True)
    code = models.PositiveSmallIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["notices", "link"]), name="mail_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "failed", "refused", "dropped"]),
                name="mail_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending"], ended_at=None, next_at__isnull=False)
                | Q(
                    state__in=["sent", "failed", "refused", "dropped"],
                    ended_at__isnull=False,
                    next_at=None,
                ),
                name="mail_ends_once",
            ),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(subject__contains="\n") & ~Q(subject__contains="\r"),
                name="mail_subject_on_one_line",
            ),
            models.CheckConstraint(
                condition=~Q(to="") & ~Q(to__contains="\n") & ~Q(to__contains="\r"), name="mail_to_one_line"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(ended_at=None), name="mail_due"),
            models.Index(F("created_at").desc(), F("id").desc(), name="mail_latest"),
            models.Index("state", F("created_at").desc(), name="mail_of_state"),
            models.Index(fields=["ended_at"], condition=~Q(text=""), name="mail_with_text"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.get_state_display()})"

    @property
    def may_retry(self) -> bool:
        """Whether somebody may ask for another attempt."""
        return self.state in self.MENDABLE
