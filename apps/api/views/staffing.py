"""Who works on what, who could, and what the coming weeks ask of them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF, Role
from apps.engagements.models import MemberRole
from apps.engagements.selectors import SEE_ALL
from apps.engagements.selectors.members import addable_to
from apps.overview.selectors.staffing import Load, loads_of, people_working, weeks_from

from ..access import access, bearer_of, of_engagement
from ..fields import Out, PersonOut
from ..nouns.engagements import staffs
from .base import Resource
from .learnings import everywhere


class PlaceHeldOut(Out):
    """An engagement that somebody works on. minutes: that they wrote down as work there in the last four weeks."""

    engagement = serializers.UUIDField(source="engagement_id")
    name = serializers.CharField(source="engagement.name")
    role = serializers.ChoiceField(choices=MemberRole.choices)
    minutes = serializers.IntegerField()


class DueWeekOut(Out):
    """How much of somebody's is due in the week that begins on that Monday; what is overdue, in the first."""

    begins = serializers.DateField()
    due = serializers.IntegerField()


class LoadOut(Out):
    """One person's load. later: due after those weeks, or never; minutes: of work in the last four weeks, wherever."""

    person = PersonOut()
    places = PlaceHeldOut(many=True)
    weeks = DueWeekOut(many=True)
    later = serializers.IntegerField()
    overdue = serializers.IntegerField()
    total = serializers.IntegerField()
    minutes = serializers.IntegerField()


class StaffingOut(Out):
    """Everybody of staff, by name."""

    results = LoadOut(many=True)


class AddableOut(Out):
    """Somebody who can be given a place. role: at Fieldwork."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)


class AddablesOut(Out):
    """All of them, by name."""

    results = AddableOut(many=True)


@access(scopes={"GET": "portfolio:read"}, roles=SEE_ALL)
class Staffing(Resource):
    """Who works on which engagements, and how much of theirs is due in each of the coming weeks. For managers and
    administrators, and not for a token that is held to one engagement."""

    gives = StaffingOut

    def get(self, request: Any) -> Response:
        user, today = everywhere(request), timezone.localdate()
        loads = loads_of(user, list(people_working(user)), today)
        weeks = weeks_from(today)
        return Response(StaffingOut({"results": [_load(one, weeks) for one in loads]}).data)


@access(scopes={"GET": "members:read"}, on=of_engagement(None), roles=STAFF)
class Addable(Resource):
    """Who can be given a place on the engagement, for whoever may give it; whoever is not among them is invited."""

    gives = AddablesOut

    def get(self, request: Any, pk: UUID) -> Response:
        if not staffs(bearer_of(request), request.engagement, None):
            raise PermissionDenied
        return Response(AddablesOut({"results": addable_to(request.engagement)}).data)


def _load(load: Load, weeks: list[date]) -> dict[str, Any]:
    plain = {name: getattr(load, name) for name in ("person", "places", "later", "overdue", "total")}
    due = [{"begins": monday, "due": count} for monday, count in zip(weeks, load.weeks, strict=True)]
    return {**plain, "weeks": due, "minutes": load.worked}
