from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models import Base, Versioned
from apps.engagements.models import Engagement, MemberRole

EXPORTED, IMPORTED = "handed over as a pack", "brought along as a pack"
OWN_VERBS = (EXPORTED, IMPORTED)  # of the audit trail
BROUGHT = "brought along"  # in the data of an event: that it was, and with what


class BroughtMember(Versioned):
    """Somebody who was a member of the engagement where its pack comes from, and is none here. It gives no access; it
    is kept so that the pack says the same when it is handed over again."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="brought_members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=MemberRole)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "user"], name="brought_member_once"),
            models.CheckConstraint(condition=Q(role__in=MemberRole.values), name="brought_member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()} elsewhere)"


class PackImport(Base):
    """A handover pack that somebody brings along: it waits until it was checked and its owner takes it, at once and
    once. Nobody else sees it.

    wanted: another name for the engagement; path: below the folder of packs, empty once it is forgotten; looked: what
    the check has found (`services.importing.Report`); trouble: why it was refused.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "Being checked"
        READY = "ready", "Ready"
        REFUSED = "refused", "Refused"
        TAKING = "taking", "Being imported"
        TAKEN = "taken", "Imported"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)  # of the file
    path = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    wanted = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    looked = models.JSONField(default=dict)
    trouble = models.TextField(blank=True)
    engagement = models.ForeignKey(Engagement, models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "ready", "refused", "taking", "taken"]),
                name="pack_import_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="taken", taken_at__isnull=False) | ~Q(state="taken") & Q(taken_at=None),
                name="pack_import_taken_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name
