from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.core.models import Base, ExactJSONField, Versioned

from .rules import states


class Verdict(models.TextChoices):
    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"


class Evaluation(Base):
    """The frozen spec of a pilot; a change makes the next version."""

    engagement = models.ForeignKey("engagements.Engagement", models.CASCADE, related_name="evaluations")
    dataset = models.ForeignKey("connectors.Dataset", models.PROTECT, related_name="evaluations")
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=1)
    spec = ExactJSONField()  # PilotSpec, as `pilots.spec` reads and writes it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "name", "version"], name="evaluation_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Binding(models.Model):
    """A success criterion bound to one of the evaluation's targets."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="bindings")
    criterion = models.ForeignKey("scoping.SuccessCriterion", models.PROTECT, related_name="bindings")
    target = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "position"], name="binding_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.target}: {self.criterion}"


class Run(Base):
    """One execution of an evaluation at a site. Rows, not queues, say that it has finished."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    OPEN = (State.QUEUED, State.RUNNING)

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="runs")
    site = models.ForeignKey("dispatch.Site", models.PROTECT, related_name="runs")
    snapshot = models.ForeignKey("connectors.Snapshot", models.PROTECT, null=True, related_name="runs")
    started_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="runs")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=60, blank=True)  # what a person calls it, such as "baseline of May"
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    verdict = models.CharField(max_length=10, choices=Verdict, null=True)  # noqa: DJ001 - none without criteria
    partial = models.CharField(max_length=40, blank=True)  # code: why rows are missing although it is done
    reason = models.CharField(max_length=40, blank=True)  # code: why it failed
    reason_facts = models.JSONField(default=dict)
    level = models.CharField(max_length=10, blank=True)  # the privacy level that the results came at
    rows = models.PositiveIntegerField(null=True)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    marks = models.JSONField(default=list)  # the last moments: [seconds since the epoch, samples done]

    class Meta:
        get_latest_by = "created_at"
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="run_number_once"),
            models.CheckConstraint(
                condition=Q(verdict__isnull=True) | Q(state="done"), name="only_a_done_run_has_a_verdict"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} run {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def has_figures(self) -> bool:
        """Whether there is anything to look at: not while it is under way, nor when it failed before the first row."""
        return self.state == self.State.DONE or (not self.is_open and bool(self.level))

    @property
    def may_resume(self) -> bool:
        return states.may_resume(self.state, self.partial)


class RunNote(Versioned):
    """What a person writes down about a run; for those who work with Fieldwork, not for the client's viewers."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="notes")
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="run_notes")
    text = models.TextField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name = "note"

    def __str__(self) -> str:
        return f"note on {self.run}"


class RunTarget(models.Model):
    """One target of a run: its counters over settled chunks, and why it stopped short if it did."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    done = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost = models.FloatField(default=0)
    cached = models.PositiveIntegerField(default=0)
    stopped = models.CharField(max_length=40, blank=True)
    stopped_detail = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="run_target_once")]

    def __str__(self) -> str:
        return self.name


class Metric(models.Model):
    """A metric of one target over all rows (`slice` is "") or over one slice ("column=value")."""

    target = models.ForeignKey(RunTarget, models.CASCADE, related_name="metrics")
    name = models.CharField(max_length=80)
    slice = models.TextField(blank=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField()
    suppressed = models.BooleanField(default=False)

    class Meta:
        ordering = ["target", "name", "slice"]
        constraints = [models.UniqueConstraint(fields=["target", "name", "slice"], name="metric_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.slice}".strip()


class Judgement(models.Model):
    """What a finished run says of one bound criterion, and the measurement it rests on. It keeps what decided
    (metric, direction, threshold; nothing when the criterion did not say), as the measurement does."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="judgements")
    binding = models.ForeignKey(Binding, models.PROTECT, related_name="judgements")
    measurement = models.OneToOneField(
        "scoping.Measurement", models.PROTECT, null=True, related_name="judgement"
    )  # none when the run decides nothing
    metric = models.CharField(max_length=80, blank=True)
    direction = models.CharField(max_length=8, blank=True)
    threshold = models.FloatField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField(blank=True)
    more_samples = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["binding__position"]
        constraints = [models.UniqueConstraint(fields=["run", "binding"], name="judged_once_per_run")]

    def __str__(self) -> str:
        return f"{self.binding}: {self.verdict}"


class Result(models.Model):
    """One sample of one target, exactly once, as far as the privacy level lets it leave the site.

    `scores` follow the order of the plan's scorers and are empty for an endpoint error. Written by COPY only.
    """

    pk: Any = models.CompositePrimaryKey("run_id", "target", "n")
    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    target = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    key = models.TextField()
    kind = models.CharField(max_length=40)
    scores = ArrayField(models.FloatField())
    latency_ms = models.FloatField(null=True)
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    cost = models.FloatField(null=True)
    cached = models.CharField(max_length=8, blank=True)
    slices = ArrayField(models.TextField())
    input = models.TextField(null=True)  # noqa: DJ001 - absent below the level `redacted`
    answer = models.TextField(null=True)  # noqa: DJ001
    reference = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        ordering = ["target", "n"]
        indexes = [
            # The few rows that are looked for among a million; "ok" ones are found by number.
            models.Index(
                fields=["run", "target", "kind", "n"], condition=~Q(kind="ok"), name="result_kind_not_ok"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target}:{self.n}"
