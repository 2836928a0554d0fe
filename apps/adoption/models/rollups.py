from uuid import UUID

from django.db import models

from apps.engagements.models import Engagement

NOBODY = UUID(int=0)  # of events that name no user


class Rolled(models.Model):
    """What is made of events, and made again from them whenever they change. Written by SQL alone."""

    engagement = models.ForeignKey(
        Engagement, models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Counted(Rolled):
    """What is counted of events; their sum over users, teams or days is that of the events themselves."""

    events = models.PositiveIntegerField()
    intentional = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    edited = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    abandoned = models.PositiveIntegerField()
    up = models.PositiveIntegerField()
    down = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    input_tokens = models.PositiveBigIntegerField()
    output_tokens = models.PositiveBigIntegerField()

    class Meta:
        abstract = True


class UserDay(Counted):
    """What one user did on one local day in one workflow, as one of a team. user: `NOBODY` for events that name none;
    team, workflow: 0 where none was named."""

    pk = models.CompositePrimaryKey("engagement_id", "day", "user", "team", "workflow")
    day = models.DateField()
    user = models.UUIDField()
    team = models.IntegerField()
    workflow = models.IntegerField()


class UserWeek(Rolled):
    """A user's week with intentional use. week: its first day; days: with use; first_day: the first of these;
    first_value: the first day with an accepted or edited outcome."""

    pk = models.CompositePrimaryKey("engagement_id", "week", "user")
    week = models.DateField()
    user = models.UUIDField()
    days = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    first_value = models.DateField(null=True)


class Slice(models.TextChoices):
    """Of whom a total is."""

    ALL = "all", "All"
    TEAM = "team", "Team"
    WORKFLOW = "workflow", "Workflow"


class DayTotal(Counted):
    """One local day of all users, of one team or of one workflow. name: a `Name`, 0 for all and where none was named.
    latencies: {bucket of `rules.latency`: answers}; costs: {currency: of those events that said what they cost}, as
    text of a decimal."""

    pk = models.CompositePrimaryKey("engagement_id", "slice", "name", "day")
    slice = models.CharField(max_length=8, choices=Slice)
    name = models.IntegerField()
    day = models.DateField()
    latencies = models.JSONField()
    costs = models.JSONField()


class DayActive(Rolled):
    """Distinct users with an intentional event in the 1, 7 and 28 local days up to and including this one (DAU, WAU,
    MAU). A day without a row has none. days_used: {days of the 28: users with so many}, of all alone."""

    pk = models.CompositePrimaryKey("engagement_id", "slice", "name", "day")
    slice = models.CharField(max_length=8, choices=Slice)
    name = models.IntegerField()
    day = models.DateField()
    active_1 = models.PositiveIntegerField()
    active_7 = models.PositiveIntegerField()
    active_28 = models.PositiveIntegerField()
    days_used = models.JSONField(null=True)


class WeekTotal(Rolled):
    """Who used it in a week, by what they did in the weeks before. active = new + returning + resurrecting.

    new: for the first time; returning: in the week before as well; resurrecting: neither; dormant: in the week before,
    not in this one. habitual, regular, occasional: in at least 9, in 4 to 8, and in 1 to 3 of the 12 weeks up to and
    including this one.
    """

    pk = models.CompositePrimaryKey("engagement_id", "week")
    week = models.DateField()
    active = models.PositiveIntegerField()
    new = models.PositiveIntegerField()
    returning = models.PositiveIntegerField()
    resurrecting = models.PositiveIntegerField()
    dormant = models.PositiveIntegerField()
    habitual = models.PositiveIntegerField()
    regular = models.PositiveIntegerField()
    occasional = models.PositiveIntegerField()


class Cohort(Rolled):
    """Those whose first week was `first`, `age` weeks later. retained: who used it in that week (N-period retention);
    still: who used it in that week or a later one (on-or-after). Without a row there was none."""

    pk = models.CompositePrimaryKey("engagement_id", "first", "age")
    first = models.DateField()
    age = models.PositiveSmallIntegerField()
    retained = models.PositiveIntegerField()
    still = models.PositiveIntegerField()
