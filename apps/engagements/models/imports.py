from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Base

from .engagements import Engagement


class Imported(models.TextChoices):
    """What the rows of an import become."""

    ACTIONS = "actions", "Actions"
    RISKS = "risks", "Risks"
    MILESTONES = "milestones", "Milestones"
    LOG = "log", "Log entries"


class Import(Base):
    """A file whose rows somebody brings along. It waits here, as it was sent, until its columns are understood and
    the dry run pleases; then its rows are written down at once or not at all.

    mapping: {"columns": {field: place of its column}, …}, see `services.imports.remap`; counts: {"written", "skipped",
    "refused", …} of the rows once it is taken, until then what a worker does with it.
    """

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=Imported)
    name = models.CharField(max_length=200)  # of the file
    content = models.BinaryField()  # once it is taken, the refused rows alone, for a day
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(what__in=Imported.values), name="import_of_a_known_sort"),
        ]

    def __str__(self) -> str:
        return self.name
