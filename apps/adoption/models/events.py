from django.db import models

from apps.core.models import Base
from apps.engagements.models import Engagement


class Name(models.Model):
    """A team, workflow or model that events speak of; they hold its number. folded: one name however it is written."""

    class Sort(models.TextChoices):
        TEAM = "team", "Team"
        WORKFLOW = "workflow", "Workflow"
        MODEL = "model", "Model"

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="+")
    sort = models.CharField(max_length=8, choices=Sort)
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "sort", "folded"], name="usage_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class UsageEvent(models.Model):
    """One use of the deployed application. Rows are written by COPY into a table that is partitioned by month of `at`
    (made in the migration); their key is unique with `at`, and alone in `Seen`.

    key: of the sender's id; user, session: keyed hashes, None where none was said. team, workflow, model_requested,
    model_served: a `Name` each. cost: as it was given, None where it is to be computed from prices.
    """

    pk = models.CompositePrimaryKey("engagement_id", "at", "key")
    engagement = models.ForeignKey(Engagement, models.CASCADE, db_constraint=False, related_name="+")
    at = models.DateTimeField()
    key = models.UUIDField()
    user = models.UUIDField(null=True)
    session = models.UUIDField(null=True)
    team = models.IntegerField(null=True)
    workflow = models.IntegerField(null=True)
    model_requested = models.IntegerField(null=True)
    model_served = models.IntegerField(null=True)
    input_tokens = models.IntegerField(null=True)
    output_tokens = models.IntegerField(null=True)
    cached_tokens = models.IntegerField(null=True)
    latency_ms = models.FloatField(null=True)
    cost = models.DecimalField(max_digits=18, decimal_places=9, null=True)
    currency = models.CharField(max_length=3)
    outcome = models.CharField(max_length=9)
    feedback = models.CharField(max_length=4)
    intentional = models.BooleanField()
    error = models.CharField(max_length=60)

    class Meta:
        managed = False  # a partitioned table is nothing that Django could make
        db_table = "adoption_usageevent"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.key}"


class Seen(models.Model):
    """An event that was taken in, once and for all, also where it has been erased since. content: of what it said."""

    key = models.UUIDField(primary_key=True)
    engagement = models.ForeignKey(
        Engagement, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    content = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.key)


class DirtyDay(models.Model):
    """A local day whose events are not what its rollup was made of. Every batch adds its own rows, so that none waits
    for another and none is lost: whoever rolls up takes away those it has seen before it reads the events."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="+")
    day = models.DateField()

    def __str__(self) -> str:
        return str(self.day)


class Arrival(Base):
    """What came in by one way on one day (UTC).

    passed: spans that are no call of a model; dropped: {field that is not kept: times}; reasons: {code: times}; good,
    bad: the last example of each, without user and session, empty until there is one; last_at: when the last batch
    came.
    """

    class Way(models.TextChoices):
        EVENTS = "events", "JSON events"
        OTLP = "otlp", "OpenTelemetry traces"
        FILE = "file", "A CSV file"
        SITE = "site", "A source at the site"

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="arrivals")
    way = models.CharField(max_length=6, choices=Way)
    day = models.DateField()
    batches = models.PositiveIntegerField(default=0)
    taken = models.PositiveBigIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    passed = models.PositiveBigIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    dropped = models.JSONField(default=dict)
    good = models.JSONField(default=dict)
    bad = models.JSONField(default=dict)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "way", "day"], name="arrival_once_a_day"),
        ]
