import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.models import Base
from apps.dataplane.contract.messages import INQUIRIES, Operation
from apps.dataplane.contract.privacy import Level


class Site(Base):
    """A data plane: a worker in a client's network. Without a client it is the local one, which serves all."""

    name = models.CharField(max_length=120)
    client = models.ForeignKey(
        "engagements.Client", models.PROTECT, null=True, blank=True, related_name="sites"
    )
    public_key = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    # what the site last said of itself
    heard_at = models.DateTimeField(null=True, blank=True)
    boot = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=10, choices=[(level, level) for level in Level], default=Level.SCORES)
    names = models.BooleanField(default=False)
    roots = models.PositiveIntegerField(default=0)
    in_hand = models.PositiveIntegerField(default=0)  # jobs
    bounds = models.JSONField(
        default=dict
    )  # minimum_group; of a source at most: rows, bytes, columns, seconds

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "name"], name="site_name_once_per_client", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dispatch:site", args=[self.pk])


class Plan(models.Model):
    """The frozen plan of one run (or one inquiry), as it is sent with every order of it."""

    run = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="plans")
    body = (
        models.TextField()
    )  # JSON as it was digested: a column of type jsonb would order keys and rewrite numbers
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"plan of run {self.run}"


class Job(models.Model):
    """One order to a site: a row of the ledger. `attempt` fences the answer; `deadline` says when to ask again."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    OPEN = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="jobs")
    operation = models.CharField(max_length=10, choices=[(operation, operation) for operation in Operation])
    target = models.PositiveSmallIntegerField(default=0)
    start = models.PositiveIntegerField(default=0)
    stop = models.PositiveIntegerField(default=0)
    expected = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    boot = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    failure = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "target", "start"], condition=Q(operation="chunk"), name="chunk_once_per_slot"
            ),
            models.CheckConstraint(
                condition=~Q(operation="chunk") | Q(stop__gt=models.F("start")), name="chunk_has_rows"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(deadline__isnull=False), name="running_job_has_deadline"
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "target", "start"], condition=Q(state="queued"), name="job_queued"),
            models.Index(fields=["deadline"], condition=Q(state="running"), name="job_running"),
            models.Index(fields=["plan", "state"], name="job_of_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.target}:{self.start}-{self.stop}"


class Inquiry(models.Model):
    """A question put to a site about a source or an endpoint: asked once, answered once, forgotten after a day.

    The id is that of the plan it is asked about, in `Plan.run`. `engagement` is the one it was asked for, None where it
    is about no engagement's. `answer` is the body of the report, as far as the
    privacy level let it leave the site; `failure` is why there is none.
    """

    KEPT = timedelta(days=1)

    plan = models.OneToOneField(Plan, models.CASCADE, primary_key=True, related_name="inquiry")
    operation = models.CharField(max_length=10, choices=[(kind, kind) for kind in INQUIRIES])
    engagement = models.ForeignKey(
        "engagements.Engagement", models.SET_NULL, null=True, related_name="inquiries"
    )
    asked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="inquiries")
    asked_at = models.DateTimeField(auto_now_add=True, db_index=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.JSONField(null=True)
    failure = models.JSONField(null=True)

    class Meta:
        verbose_name_plural = "inquiries"

    def __str__(self) -> str:
        return f"{self.operation} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None
