"""Where a person goes first."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF, User
from apps.engagements.models import Kind, Stage
from apps.engagements.rules.excerpts import plain_title
from apps.engagements.selectors import SEE_ALL
from apps.overview.selectors import standings
from apps.overview.services.standing import catch_up
from apps.tokens.selectors import Bearer

from ..access import access, bearer_of
from ..fields import Out, Strict
from ..noun import Asked
from ..nouns.engagements import ClientInPassing
from ..nouns.health import COLOURS, ConcernOut, HealthOverrideOut
from .base import Resource
from .nouns import checked

USUAL, MOST = 20, 100


class PlaceOut(Out):
    """An engagement where somebody is needed. colour: of its health; override: a manager's word, if one counts;
    reasons: why, what presses most first; lead: who leads it, null where that is one's own."""

    engagement = serializers.UUIDField(source="engagement_id")
    name = serializers.CharField(source="engagement.name")
    client = ClientInPassing(source="engagement.client")
    stage = serializers.ChoiceField(source="engagement.stage", choices=Stage.choices)
    lead = serializers.CharField(allow_null=True, default=None)
    colour = serializers.ChoiceField(source="shown", choices=COLOURS)
    override = HealthOverrideOut(source="given", allow_null=True)
    press = serializers.FloatField()
    reasons = ConcernOut(source="concerns", many=True)


class DueItemOut(Out):
    """Something that is due to oneself."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.SerializerMethodField()
    engagement = serializers.UUIDField(source="engagement_id")
    engagement_name = serializers.CharField(source="engagement.name")
    client_name = serializers.CharField(source="engagement.client.name")
    due = serializers.DateField()
    overdue = serializers.SerializerMethodField()

    def get_title(self, item: Any) -> str:
        """Without its markup."""
        return plain_title(item.title)

    def get_overdue(self, item: Any) -> bool:
        """Whether its day is past."""
        return bool(item.due < timezone.localdate())


class TodayOut(Out):
    """What needs one first. everybodys: of whoever works on nothing and sees all, it is what needs anybody; more: there
    are further engagements; due: to oneself, by a week from now."""

    day = serializers.DateField()
    everybodys = serializers.BooleanField()
    places = PlaceOut(many=True)
    more = serializers.BooleanField()
    due = DueItemOut(many=True)
    more_due = serializers.BooleanField()


class TodayQuery(Strict):
    """How much of it."""

    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST, default=USUAL)


@access(scopes={"GET": "today:read"}, roles=STAFF)
class Today(Resource):
    """What needs you first: your engagements by what presses, each with its reasons, and what is due to yourself."""

    gives = TodayOut
    query = TodayQuery

    def get(self, request: Any) -> Response:
        want = checked(TodayQuery(data=request.query_params.dict()))
        bearer = bearer_of(request)
        person = Asked(bearer, None, None, {}).person
        catch_up()
        return Response(TodayOut(_today(bearer, person, want["limit"])).data)


def _today(bearer: Bearer, person: User, limit: int) -> dict[str, Any]:
    """As its page. A token for one engagement is told of that one alone."""
    seen = bearer.engagements().order_by().values("pk")
    mine = standings.mine(person).filter(engagement__in=seen)
    everybodys = person.role in SEE_ALL and not mine.exists()
    found = standings.pressing(person).filter(engagement__in=seen) if everybodys else mine
    places, due = (
        list(found[: limit + 1]),
        list(standings.due_to(person).filter(engagement__in=seen)[: limit + 1]),
    )
    return {
        "day": timezone.localdate(),
        "everybodys": everybodys,
        "places": places[:limit],
        "more": len(places) > limit,
        "due": due[:limit],
        "more_due": len(due) > limit,
    }
