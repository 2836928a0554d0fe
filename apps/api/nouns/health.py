"""Health: how engagements stand, why, and a manager's word on it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Coalesce
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.engagements.models import Engagement, Stage
from apps.engagements.rules.excerpts import plain_title
from apps.engagements.selectors import SEE_ALL
from apps.overview.rules.concerns import Level
from apps.overview.rules.health import Colour
from apps.overview.selectors import standings
from apps.overview.services.health import REASON, end_override, override_health
from apps.overview.services.standing import catch_up, catch_up_with
from apps.tokens.selectors import Bearer

from ..fields import Out, Strict
from ..noun import ITSELF, Act, Asked, Narrow, Noun
from .engagements import ClientInPassing

LEVELS = {Level.RED: "red", Level.AMBER: "amber", Level.NOTE: "note"}
COLOURS = [(colour.value, colour.value.capitalize()) for colour in Colour]


class ConcernOut(Out):
    """One thing that needs somebody. kind: stable; points: how much it presses, 1 to 95; level: how bad it is; item:
    that it is about, null for the engagement itself."""

    kind = serializers.CharField()
    words = serializers.SerializerMethodField()
    points = serializers.IntegerField()
    level = serializers.SerializerMethodField()
    item = serializers.SerializerMethodField()

    def get_words(self, concern: Any) -> str:
        """In words."""
        return plain_title(concern["words"])

    def get_level(self, concern: Any) -> str:
        """note, amber or red."""
        return LEVELS[Level(concern["level"])]

    def get_item(self, concern: Any) -> str | None:
        """Its id."""
        return concern["item"] or None


class HealthOverrideOut(Out):
    """A manager's word instead of the evidence, and the last day on which it counts."""

    reason = serializers.CharField()
    until = serializers.DateField()


class StandingOut(Out):
    """How an engagement stands. colour: that counts; computed: from the evidence alone; reasons: for the computed one;
    override: a manager's word, if one counts; concerns: all that needs somebody, what presses most first; press: how
    much they do together; forecast: when what is open will be finished, with a range, or why nobody can tell."""

    id = serializers.UUIDField(source="engagement.id")
    name = serializers.CharField(source="engagement.name")
    client = ClientInPassing(source="engagement.client")
    stage = serializers.ChoiceField(source="engagement.stage", choices=Stage.choices)
    lead = serializers.CharField(allow_null=True, default=None)
    day = serializers.DateField()
    colour = serializers.ChoiceField(source="shown", choices=COLOURS)
    computed = serializers.ChoiceField(source="colour", choices=COLOURS)
    reasons = serializers.ListField(child=serializers.CharField())
    override = HealthOverrideOut(source="given", allow_null=True)
    press = serializers.FloatField()
    concerns = ConcernOut(many=True)
    blockers = serializers.IntegerField()
    waits = serializers.IntegerField(help_text="Access requests that are not answered.")
    waited_days = serializers.IntegerField(source="waited", help_text="Of the oldest of them.")
    logged_on = serializers.DateField(allow_null=True)
    forecast = serializers.DateField(allow_null=True)
    forecast_low = serializers.DateField(allow_null=True)
    forecast_high = serializers.DateField(allow_null=True)
    no_forecast = serializers.CharField()


class HealthOut(StandingOut):
    """How an engagement stands, at the engagement's id."""

    def to_representation(self, engagement: Any) -> Any:
        """Of its standing."""
        return super().to_representation(self.context["standings"][engagement.pk])


class Word(Strict):
    """A manager's word on how an engagement is doing, instead of what its evidence says."""

    colour = serializers.ChoiceField(choices=["red", "amber", "green"])
    reason = serializers.CharField(max_length=REASON)
    until = serializers.DateField(help_text="The last day on which it counts, at most 28 days from now.")


def _rows(bearer: Bearer) -> QuerySet[Engagement]:
    catch_up()
    found = bearer.engagements().select_related("client", "standing")
    return found.annotate(press=Coalesce(F("standing__press"), Value(0.0), output_field=FloatField()))


def _standings(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    """How each stands; whichever has never been looked at is now."""
    for row in rows:
        if getattr(row, "standing", None) is None or len(rows) == 1:
            catch_up_with(row)
    known = standings.of_engagements([row.pk for row in rows])
    return {"standings": {one.engagement_id: one for one in known}}


def _coloured(rows: QuerySet[Engagement], colour: str, bearer: Bearer) -> QuerySet[Engagement]:
    found = standings.of_engagements(bearer.engagements().order_by().values("pk")).filter(shown=colour)
    return rows.filter(pk__in=found.order_by().values("engagement"))


def _override(asked: Asked) -> Any:
    override_health(by=asked.person, engagement=asked.row, **asked.sent)
    return asked.row


def _end(asked: Asked) -> Any:
    end_override(by=asked.person, engagement=asked.row)
    return asked.row


def sees_all(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Managers and administrators, as persons."""
    return bearer.user is not None and bearer.user.role in SEE_ALL


HEALTH = Noun(
    name="health",
    one="standing",
    says="How engagements stand, each at the engagement's id: health with reasons, what needs somebody, a forecast.",
    scope="portfolio",
    roles=STAFF,
    rows=_rows,
    engagement=ITSELF,
    out=HealthOut,
    orders={"-press": "press", "press": "press", "name": "name"},
    narrow={
        "colour": Narrow(
            serializers.ChoiceField(choices=[one for one, _ in COLOURS], required=False), _coloured
        ),
        "stage": Narrow(serializers.ChoiceField(choices=Stage.choices, required=False), "stage"),
        "open": Narrow(
            serializers.BooleanField(required=False, allow_null=True, default=None),
            lambda rows, is_open, bearer: rows.filter(closed_at__isnull=is_open),
        ),
    },
    verbs={
        "override": Act(_override, Word, sees_all, says="Say otherwise for a while, with a reason."),
        "end-override": Act(_end, may=sees_all, says="Let the evidence speak again."),
    },
    beside=_standings,
    moves=True,
)
