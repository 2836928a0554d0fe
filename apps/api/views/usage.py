"""Usage comes in: events of the deployed application."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF
from apps.adoption.models import Arrival
from apps.adoption.rules.sent import OUTCOMES
from apps.adoption.services.intake import Taken, take_in
from apps.engagements.access import refuse_closed

from ..access import access, bearer_of
from ..fields import Out, Strict
from ..packed import NO_LIST, BatchParser
from ..problems import Problem
from ..schema import Schema
from .base import Resource
from .nouns import checked

MOST_TOLD = 1_000  # of what was refused; all of it is counted


class UsageEventIn(Strict):
    """One use of the deployed application. Of user and session a keyed hash is kept; whatever else is sent, such as the
    text of a message, is dropped. input_tokens hold the cached ones; error: the code of a call that failed."""

    id = serializers.CharField(max_length=200, help_text="The same whenever this event is sent again.")
    time = serializers.DateTimeField(help_text="With its offset, or seconds since 1970.")
    user = serializers.CharField(max_length=320, required=False, allow_null=True)
    team = serializers.CharField(max_length=200, required=False, allow_null=True)
    workflow = serializers.CharField(max_length=200, required=False, allow_null=True)
    session = serializers.CharField(max_length=320, required=False, allow_null=True)
    model_requested = serializers.CharField(max_length=200, required=False, allow_null=True)
    model_served = serializers.CharField(max_length=200, required=False, allow_null=True)
    input_tokens = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    output_tokens = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    cached_tokens = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    latency_ms = serializers.FloatField(required=False, allow_null=True, min_value=0)
    cost = serializers.FloatField(required=False, allow_null=True, min_value=0)
    currency = serializers.CharField(required=False, allow_null=True, help_text="ISO 4217.")
    outcome = serializers.ChoiceField(choices=OUTCOMES, required=False)
    feedback = serializers.ChoiceField(choices=("up", "down"), required=False, allow_null=True)
    intentional = serializers.BooleanField(required=False, help_text="False for what nobody asked for.")
    error = serializers.CharField(max_length=60, required=False, allow_null=True)


class RefusedEventOut(Out):
    """One that was not taken in. n: its place in the batch, from 0."""

    n = serializers.IntegerField()
    id = serializers.CharField()
    code = serializers.CharField(source="fault.code")
    field = serializers.CharField(source="fault.field")
    detail = serializers.CharField(source="fault.detail")


class TakenOut(Out):
    """What became of a batch: taken + repeated + refused is what was sent. repeated: they had been taken in before;
    dropped: {field that is not kept: times}; refusals: the first thousand that were refused."""

    taken = serializers.IntegerField()
    repeated = serializers.IntegerField()
    refused = serializers.IntegerField()
    dropped = serializers.DictField(child=serializers.IntegerField())
    refusals = RefusedEventOut(many=True)


class SenderQuery(Strict):
    """Of which engagement."""

    engagement = serializers.UUIDField(
        required=False, help_text="Needed unless the token is an engagement's own."
    )


def sender(request: Any, kwargs: dict[str, Any]) -> None:
    """The engagement is the token's own, or the one that is named; whoever works on it may send."""
    bearer = bearer_of(request)
    named = checked(SenderQuery(data=request.query_params.dict())).get("engagement")
    if named is None and bearer.user is not None:
        words = "Name the engagement, as ?engagement=<id>, or send with a token of its own."
        raise Problem(
            422, "fields", words, errors=[{"field": "engagement", "code": "required", "message": words}]
        )
    reached = bearer.engagements()
    request.engagement = (reached.filter(pk=named) if named else reached).first()
    if request.engagement is None:
        raise Http404("No such engagement.")
    if not bearer.works_on(request.engagement):
        raise PermissionDenied
    refuse_closed(request, request.engagement)


class UsageSchema(Schema):
    """A list is sent, and its account given."""

    def get_operation_id(self) -> str:
        """Beside no others."""
        return "usage_events_add"

    def get_tags(self) -> list[str]:
        """Apart from the history's events."""
        return ["usage-events"]

    def get_summary(self) -> str:
        """In a few words."""
        return "Send usage events"

    def get_request_serializer(self) -> Any:
        """As many as there are."""
        return UsageEventIn(many=True)


@access(scopes={"POST": "usage:write"}, roles=STAFF, on=sender)
class UsageEvents(Resource):
    """Send usage events: up to 10,000 in a list, packed by gzip if you like. Each is kept once, so a batch may be sent
    again; good ones are kept beside bad ones."""

    parser_classes = [BatchParser]
    gives = TakenOut
    query = SenderQuery
    schema: Any = UsageSchema()

    def post(self, request: Any) -> Response:
        if not isinstance(request.data, list):  # of an empty body, which no parser is asked about
            raise Problem(400, "json", NO_LIST)
        self.require_still(request)
        done = take_in(engagement=request.engagement, way=Arrival.Way.EVENTS, rows=request.data)
        return Response(TakenOut(said_of(done)).data)


class PlainUsageEvents(UsageEvents):
    """The same without a slash at its end, where a redirect would lose the body."""

    schema: Any = None


def said_of(done: Taken) -> dict[str, Any]:
    """What is answered."""
    return {
        "taken": done.taken,
        "repeated": done.repeated,
        "refused": len(done.refused),
        "dropped": done.dropped,
        "refusals": done.refused[:MOST_TOLD],
    }
