from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from apps.accounts.models import Role
from apps.core.models import Base, Versioned

from .engagements import Engagement


class MemberRole(models.TextChoices):
    """A member's role on the engagement."""

    LEAD = "lead", "Lead"
    ENGINEER = "engineer", "Engineer"
    VIEWER = "viewer", "Viewer"


class Member(Versioned):
    """A person's place on an engagement, with a role."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=MemberRole, default=MemberRole.ENGINEER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "user"], name="member_once_per_engagement"),
            models.CheckConstraint(condition=Q(role__in=MemberRole.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Invitation(Base):
    """A link with which whoever owns an e-mail address joins an engagement, once, until it expires.

    Of the link only a digest is kept. `account_role` is what somebody new becomes at Fieldwork; who has an
    account already keeps theirs.
    """

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=MemberRole)
    account_role = models.CharField(max_length=10, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once_per_address",
            ),
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="invitation_email_lower_case"),
            models.CheckConstraint(condition=Q(role__in=MemberRole.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=Q(account_role__in=Role.values), name="invitation_account_role_known"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.engagement}"
