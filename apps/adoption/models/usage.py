import secrets

from django.db import models
from django.db.models import Q

from apps.core.models import Versioned
from apps.engagements.models import Engagement

from ..rules.days import WEEK_STARTS


def new_key() -> bytes:
    """What the hashes of users are keyed with: whoever has the events without it cannot tell who somebody is."""
    return secrets.token_bytes(32)


class Usage(Versioned):
    """How the use of an engagement's application is counted.

    key: of the hashes. timezone: in which a day begins; week_start: 0 is Monday, as ISO 8601 has it, 6 Sunday.
    smallest: groups of fewer users are not shown (k). purchased: seats that were paid for, None where nobody has said.
    currency: of a cost that names none. rolled_at: when its days were last made anew; settled_at: its weeks; None while
    they are behind the days.
    """

    engagement = models.OneToOneField(Engagement, models.CASCADE, related_name="usage")
    key = models.BinaryField(default=new_key, editable=False)
    timezone = models.CharField(max_length=64, default="UTC")
    week_start = models.PositiveSmallIntegerField(default=0)
    smallest = models.PositiveSmallIntegerField(default=5)
    purchased = models.PositiveIntegerField(null=True)
    currency = models.CharField(max_length=3, default="USD")
    rolled_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(week_start__in=list(WEEK_STARTS)), name="usage_week_starts_somewhere"
            ),
            models.CheckConstraint(condition=Q(smallest__gte=1), name="usage_smallest_group"),
        ]
