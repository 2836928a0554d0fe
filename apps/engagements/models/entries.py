from django.db import models
from django.db.models import Q

from .items import Item

A_DAY = 24 * 60  # minutes


class EntryKind(models.TextChoices):
    """What an FDE writes down."""

    NOTE = "note", "Note"
    DECISION = "decision", "Decision"
    MEETING = "meeting", "Meeting"
    BLOCKER = "blocker", "Blocker"
    LEARNING = "learning", "Learning"
    CHANGE = "change", "Change"


class LogEntry(Item):
    """One line (or more) of the log. A blocker is open until it is resolved; everything else is noted.

    Of a decision: `reason`, and what was `rejected`: [{"option": text, "why": text}].
    """

    entry_kind = models.CharField(max_length=10, choices=EntryKind, default=EntryKind.NOTE)
    minutes = models.PositiveIntegerField(null=True)  # of work
    reason = models.TextField(blank=True)
    rejected = models.JSONField(default=list)
    kept = models.BooleanField(default=False)  # written by a decision on a gate: nobody changes or removes it

    class Meta:
        verbose_name_plural = "log entries"
        constraints = [
            models.CheckConstraint(condition=Q(entry_kind__in=EntryKind.values), name="entry_kind_known"),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gt=0, minutes__lte=A_DAY),
                name="entry_minutes_of_a_day",
            ),
            models.CheckConstraint(
                condition=Q(entry_kind="decision") | Q(reason="", rejected=[]), name="only_decisions_reject"
            ),
        ]
