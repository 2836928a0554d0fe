from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Base
from apps.engagements.models import Approval, Item


class Reminder(Base):
    """Somebody was reminded of a due date. day: the one of `rules.due.day_that_counts`; `approval`: of an
    answer that is due, else of the item itself."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    approval = models.ForeignKey(Approval, models.CASCADE, null=True, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "to", "day"], condition=Q(approval=None), name="reminder_of_item_once"
            ),
            models.UniqueConstraint(
                fields=["approval", "to", "day"],
                condition=Q(approval__isnull=False),
                name="reminder_of_approval_once",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="reminder_of_day")]

    def __str__(self) -> str:
        return f"{self.item} for {self.day}"
