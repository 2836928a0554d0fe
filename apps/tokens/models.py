from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core.models import Base
from apps.engagements.models import Engagement

from .rules import terms


class Token(Base):
    """What a program shows in a person's stead, or in an engagement's: exactly one of `user` and `engagement`.

    Of the token itself only its public id and a digest of its secret are kept. `limited_to` narrows a person's token
    to one engagement. `used_from` is a network, not an address. A revoked one is kept, as what it did is.
    """

    public = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=60)
    scopes = ArrayField(models.CharField(max_length=40))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="tokens")
    engagement = models.ForeignKey(Engagement, models.CASCADE, null=True, related_name="tokens")
    limited_to = models.ForeignKey(Engagement, models.CASCADE, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_from = models.CharField(max_length=50, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, engagement__isnull=False) | Q(user__isnull=False, engagement=None),
                name="token_of_a_person_or_an_engagement",
            ),
            models.CheckConstraint(
                condition=Q(limited_to=None) | Q(user__isnull=False), name="token_limited_when_a_persons"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + timedelta(days=terms.MOST_DAYS)),
                name="token_expires_within_a_year",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_is_good_for_something"),
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(revoked_at=None), name="token_name_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["engagement", "name"],
                condition=Q(revoked_at=None),
                name="token_name_once_per_engagement",
            ),
        ]
        indexes = [models.Index(F("created_at").desc(), F("id").desc(), name="token_latest")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """active, expired, revoked, or closed: its person's account is."""
        return terms.state_of(
            revoked=self.revoked_at is not None,
            open_account=self.user is None or self.user.is_active,
            expires_at=self.expires_at,
            now=timezone.now(),
        )

    @property
    def mark(self) -> str:
        """How the token begins, by which somebody who has it knows it again; no secret."""
        return f"fw_{self.public}_…"
