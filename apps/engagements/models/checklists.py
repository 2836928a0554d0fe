from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Base

from .registers import Action


class ChecklistLine(Base):
    """One thing to tick off on the way to an action's end."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="checklist")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    ticked_at = models.DateTimeField(null=True)
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="checklist_line_says_something"),
            models.CheckConstraint(
                condition=Q(ticked_at__isnull=False) | Q(ticked_by=None),
                name="checklist_line_ticked_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text
