"""What engagements have in common, and the cases behind each figure."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF, User
from apps.engagements.models import Kind
from apps.overview.selectors import learnings as reads

from ..access import access, bearer_of
from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Asked
from ..nouns.engagements import is_staff
from .base import Resource
from .nouns import checked

ACCESS, MISSED, BLOCKED = "access", "missed", "blocked"


class DurationsOut(Out):
    """How long cases took. n: those that have ended; middle: their median in days, null of none; longest: of all, open
    ones as long as they last by now; open: those that have not ended; is_thin: so few that the middle may be chance."""

    n = serializers.IntegerField()
    middle = serializers.FloatField(allow_null=True)
    longest = serializers.IntegerField()
    open = serializers.IntegerField()
    is_thin = serializers.BooleanField()


class ShareOut(Out):
    """How many of n, with the 95 % interval (Wilson)."""

    count = serializers.IntegerField()
    n = serializers.IntegerField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class TookOut(Out):
    """Cases of one sort. key: for `learnings/cases/`."""

    key = serializers.CharField()
    name = serializers.CharField()
    figures = DurationsOut()


class MissedOut(Out):
    """Criteria on one metric: how many of those that were measured are missed."""

    key = serializers.CharField()
    name = serializers.CharField()
    figures = ShareOut()


class CaseOut(Out):
    """One item behind a figure."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    engagement = serializers.UUIDField(source="engagement_id")
    title = serializers.CharField()
    author = PersonOut(source="by", allow_null=True)
    at = Moment()


class LearningsOut(Out):
    """access: by the kind of approver, what takes longest first; missed: by metric; blocked: by tag; said: the latest
    learnings of the log."""

    access = TookOut(many=True)
    missed = MissedOut(many=True)
    blocked = TookOut(many=True)
    said = CaseOut(many=True)


class CasesOut(Out):
    """The items behind one figure, the latest first."""

    name = serializers.CharField()
    results = CaseOut(many=True)


class CasesQuery(Strict):
    """Which figure: its list, and its key there."""

    of = serializers.ChoiceField(choices=[ACCESS, MISSED, BLOCKED])
    key = serializers.CharField(max_length=80)


@access(scopes={"GET": "portfolio:read"}, roles=STAFF)
class Learnings(Resource):
    """What the engagements that you see have in common. Not for a token that is held to one engagement."""

    gives = LearningsOut

    def get(self, request: Any) -> Response:
        return Response(LearningsOut(reads.learnings(everywhere(request))).data)


@access(scopes={"GET": "portfolio:read"}, roles=STAFF)
class Cases(Resource):
    """The items behind one figure of the learnings."""

    gives = CasesOut
    query = CasesQuery

    def get(self, request: Any) -> Response:
        person = everywhere(request)
        want = checked(CasesQuery(data=request.query_params.dict()))
        found = reads.cases(person, want["of"], want["key"])
        if found is None:
            raise Http404("No such figure.")
        return Response(CasesOut({"name": reads.name_of(want["of"], want["key"]), "results": found}).data)


def everywhere(request: Any) -> User:
    """Somebody of staff, with a token for all that they see. Raises PermissionDenied."""
    bearer = bearer_of(request)
    if not is_staff(bearer, None, None):
        raise PermissionDenied
    return Asked(bearer, None, None, {}).person
