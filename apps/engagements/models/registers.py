"""What is kept in registers: RAID, actions, milestones, access requests, stakeholders."""

from django.db import models
from django.db.models import Q

from .items import Item


class Level(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class Raid(Item):
    """A risk, an assumption, an issue or a dependency. `response`: what is done about it, such as a risk's
    mitigation."""

    severity = models.CharField(max_length=6, choices=Level, default=Level.MEDIUM)
    likelihood = models.CharField(max_length=6, choices=Level, blank=True)  # of risks
    response = models.TextField(blank=True)

    class Meta:
        verbose_name = "RAID item"
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=Level.values), name="raid_severity_known"),
            models.CheckConstraint(
                condition=Q(likelihood__in=["", *Level.values]), name="raid_likelihood_known"
            ),
        ]


class Action(Item):
    """A task with an owner and a date: the item's own."""


class Milestone(Item):
    """A dated promise; `promised` is the date that was said first."""

    promised = models.DateField()
    reached_on = models.DateField(null=True)


class Approver(models.TextChoices):
    """Who at a client has to say yes."""

    SECURITY = "security", "Security"
    LEGAL = "legal", "Legal and privacy"
    DATA_OWNER = "data_owner", "Data owner"
    IT = "it", "IT operations"
    PROCUREMENT = "procurement", "Procurement"
    BUSINESS = "business", "Business owner"
    OTHER = "other", "Other"


class Asked(models.TextChoices):
    """What is asked for."""

    DATA = "data", "Data access"
    REVIEW = "review", "Security review"
    ACCOUNT = "account", "Account or licence"
    NETWORK = "network", "Network or firewall"
    PEOPLE = "people", "People's time"
    OTHER = "other", "Other"


class AccessRequest(Item):
    """Something asked of the client that ages. `holds_up`: the gate that waits for it; `asked_of`: whom, when
    they are known as a stakeholder; the item's owner is whoever of the client's viewers has to act."""

    asked_for = models.CharField(max_length=10, choices=Asked, default=Asked.DATA)
    approver = models.CharField(max_length=12, choices=Approver, default=Approver.OTHER)
    asked_of = models.ForeignKey("Stakeholder", models.RESTRICT, null=True, related_name="asked")
    holds_up = models.ForeignKey("Gate", models.RESTRICT, null=True, related_name="waits_for")
    asked_on = models.DateField()
    answered_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(asked_for__in=Asked.values), name="access_asked_for_known"),
            models.CheckConstraint(condition=Q(approver__in=Approver.values), name="access_approver_known"),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=models.F("asked_on")),
                name="access_answered_after_asking",
            ),
        ]


class Stance(models.TextChoices):
    CHAMPION = "champion", "Champion"
    SUPPORTER = "supporter", "Supporter"
    NEUTRAL = "neutral", "Neutral"
    SCEPTIC = "sceptic", "Sceptic"
    OPPONENT = "opponent", "Opponent"


class Stakeholder(Item):
    """Somebody at the client who matters; `title` is their name. Never shown to the client."""

    position = models.CharField(max_length=120, blank=True)  # their role there, such as "head of claims"
    email = models.EmailField(max_length=254, blank=True)
    influence = models.CharField(max_length=6, choices=Level, default=Level.MEDIUM)
    stance = models.CharField(max_length=10, choices=Stance, default=Stance.NEUTRAL)
    sponsor = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(influence__in=Level.values), name="stakeholder_influence_known"
            ),
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="stakeholder_stance_known"),
        ]
