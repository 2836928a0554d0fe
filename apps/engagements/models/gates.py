from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.core.models import Base, ExactJSONField, Versioned

from .engagements import Stage
from .items import Item


class Gate(Item):
    """The decision between two stages, named after the stage that it leads out of; every engagement has all
    five from its beginning. The item's `due` is when it is meant to be passed.

    stale: what has changed since it was passed, one sentence each; empty while its evidence still holds.
    stale_for_clients: whether any of that is for client viewers to know. held, required: how many of its exit criteria
    held, of how many, when somebody last looked.
    """

    stage = models.CharField(max_length=10, choices=Stage)
    held = models.PositiveSmallIntegerField(default=0)
    required = models.PositiveSmallIntegerField(default=0)
    stale = ArrayField(models.CharField(max_length=300), default=list)
    stale_for_clients = models.BooleanField(default=False)
    stale_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=[stage for stage in Stage.values if stage != Stage.HANDOVER]),
                name="gate_leads_out_of_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(stale=[], stale_since=None) | ~Q(stale=[]) & Q(stale_since__isnull=False),
                name="gate_stale_since_when",
            ),
        ]


class Proof(models.TextChoices):
    """How an exit criterion is shown to hold."""

    CHECK = "check", "Checked by Fieldwork"
    CRITERION = "criterion", "Success criterion met"
    APPROVAL = "approval", "Approved by the client"
    ATTESTED = "attested", "Attested with a link"


class ExitCriterion(Versioned):
    """One thing that a gate requires. check: the name of a registered check (`engagements.checks`); criterion:
    the success criterion that has to be met; attested: by whom, when, with what link."""

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="exit_criteria")
    position = models.PositiveSmallIntegerField()
    proof = models.CharField(max_length=10, choices=Proof)
    title = models.CharField(max_length=200)
    check_name = models.CharField(max_length=60, blank=True)
    criterion = models.ForeignKey(Item, models.CASCADE, null=True, related_name="required_by")
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    attested_at = models.DateTimeField(null=True)
    link = models.URLField(max_length=500, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "exit criteria"
        constraints = [
            models.CheckConstraint(condition=Q(proof__in=Proof.values), name="exit_criterion_proof_known"),
            models.CheckConstraint(
                condition=(Q(proof="check") & ~Q(check_name="")) | (~Q(proof="check") & Q(check_name="")),
                name="exit_criterion_names_its_check",
            ),
            models.CheckConstraint(
                condition=Q(proof="criterion", criterion__isnull=False)
                | ~Q(proof="criterion") & Q(criterion=None),
                name="exit_criterion_names_its_criterion",
            ),
            models.CheckConstraint(
                condition=Q(attested_by=None, attested_at=None, link="")
                | Q(proof="attested", attested_by__isnull=False, attested_at__isnull=False) & ~Q(link=""),
                name="exit_criterion_attested_with_a_link",
            ),
            models.UniqueConstraint(
                fields=["gate", "check_name"], condition=~Q(check_name=""), name="exit_criterion_check_once"
            ),
            models.UniqueConstraint(
                fields=["gate", "criterion"],
                condition=Q(criterion__isnull=False),
                name="exit_criterion_criterion_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Outcome(models.TextChoices):
    GO = "go", "Go"
    CONDITIONAL = "conditional", "Conditional go"
    NO_GO = "no_go", "No-go"


class GateDecision(Base):
    """Who decided what about a gate, on which evidence. A trigger refuses any change.

    evidence: as `rules.evidence` freezes it; digest: SHA-256 over its canonical JSON. conditions:
    [{"text", "due", "action"}].
    """

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="decisions")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    reason = models.TextField(blank=True)
    conditions = models.JSONField(default=list)
    evidence = ExactJSONField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="gate_decisions")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["gate", "number"], name="gate_decision_number_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="gate_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome="go") | ~Q(reason=""), name="gate_decision_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(outcome="conditional") & ~Q(conditions=[])
                | ~Q(outcome="conditional") & Q(conditions=[]),
                name="only_a_conditional_go_has_conditions",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate}: {self.get_outcome_display()}"

    @property
    def by_nobody(self) -> bool:
        """Whether Fieldwork itself moved on, without anybody's decision; nothing of that can become stale."""
        return self.by_id is None


class Override(Base):
    """A manager let a gate be passed although one of its exit criteria had failed. A trigger refuses any
    change; it stays in sight for good."""

    decision = models.ForeignKey(GateDecision, models.CASCADE, related_name="overrides")
    exit_criterion = models.UUIDField()  # no key: this outlives the exit criterion
    title = models.CharField(max_length=200)  # of the exit criterion, as it was
    found = models.TextField()  # what the check said
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="overrides")

    class Meta:
        ordering = ["created_at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason")]

    def __str__(self) -> str:
        return f"{self.title} overridden"
