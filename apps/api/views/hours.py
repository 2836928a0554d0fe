"""Hours of an engagement, by person and week."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF
from apps.engagements.models import LogEntry
from apps.engagements.presenters.hours import figures_of
from apps.engagements.rules.hours import by_person_and_week, week_name
from apps.engagements.selectors.hours import Worked, is_nobodys, worked_in

from ..access import access, bearer_of, of_engagement
from ..fields import Out
from .base import Resource


class SumOut(Out):
    """What somebody worked in one ISO week. person: their id, null for what a program or Fieldwork itself has written;
    begins: its Monday."""

    person = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    week = serializers.CharField()
    begins = serializers.DateField()
    minutes = serializers.IntegerField()


class HoursOut(Out):
    """Work as the log has it, in minutes; weeks begin in the time zone of whoever asks. budget: null without one;
    used_up: the Monday of the week in which it is used up, or will be at the present pace."""

    used = serializers.IntegerField()
    budget = serializers.IntegerField(allow_null=True)
    used_up = serializers.DateField(allow_null=True)
    results = SumOut(many=True)


@access(scopes={"GET": "hours:read"}, on=of_engagement(None), roles=STAFF)
class Hours(Resource):
    """Hours of an engagement by person and week, the latest week first. Not for client viewers."""

    gives = HoursOut

    def get(self, request: Any, pk: UUID) -> Response:
        entries = bearer_of(request).items(LogEntry).filter(engagement=request.engagement)
        found = worked_in(entries, timezone.get_current_timezone())
        figures = figures_of(request.engagement, found, timezone.localdate())
        said = {"used": figures.used, "budget": figures.budget, "used_up": figures.used_up}
        return Response(HoursOut({**said, "results": _sums(found)}).data)


def _sums(found: Worked) -> list[dict[str, Any]]:
    sums = [
        {
            "person": None if is_nobodys(who) else who,
            "name": found.names[who],
            "week": week_name(monday),
            "begins": monday,
            "minutes": minutes,
        }
        for (who, monday), minutes in by_person_and_week(found.work).items()
    ]
    return sorted(sums, key=lambda one: (-one["begins"].toordinal(), one["name"], one["person"] or ""))
