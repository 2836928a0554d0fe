from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from apps.core.models import Base


class Client(Base):
    """A customer company."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="client_name_once")]

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    """Where an engagement stands; between two stages lies a gate."""

    SCOPING = "scoping", "Scoping"
    CONNECT = "connect", "Connect"
    PILOT = "pilot", "Pilot"
    DEPLOY = "deploy", "Deploy"
    ADOPT = "adopt", "Adopt"
    HANDOVER = "handover", "Handover"


class Engagement(Base):
    """One piece of work for a client."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="engagements")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.SCOPING)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "slug"], name="engagement_slug_once_per_client"),
            models.UniqueConstraint("client", Lower("name"), name="engagement_name_once_per_client"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="engagement_stage_known"),
        ]

    def __str__(self) -> str:
        return f"{self.client} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("engagements:detail", args=[self.pk])


class MemberRole(models.TextChoices):
    """A member's role on the engagement."""

    LEAD = "lead", "Lead"
    ENGINEER = "engineer", "Engineer"
    VIEWER = "viewer", "Viewer"


class Member(Base):
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
