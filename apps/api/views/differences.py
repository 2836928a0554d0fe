"""What two specs differ by: of two versions of an evaluation, or of the two sides of a comparison."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF
from apps.pilots.rules.differences import Differences, differences
from apps.pilots.selectors import evaluations

from ..access import access, of_row
from ..fields import Out, Strict
from ..nouns.evaluations import EVALUATIONS
from ..nouns.runs import EvaluationInPassing
from .base import Resource
from .nouns import checked


class TextLineOut(Out):
    """A line of a text. sign: + added, - removed, a blank for one that both have; of those, most are folded."""

    sign = serializers.ChoiceField(choices=["+", "-", " "])
    text = serializers.CharField()


class ChangeOut(Out):
    """One setting by its path, such as limits.cost. before, after: null where it is not set; lines: of a text."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    lines = TextLineOut(many=True)


class SettingOut(Out):
    """What both have."""

    name = serializers.CharField()
    value = serializers.CharField()


class DifferencesOut(Out):
    """changed: in the order of the later settings; same: all the others that are set."""

    changed = ChangeOut(many=True)
    same = SettingOut(many=True)


class VersionDifferences(DifferencesOut):
    """What a version changed. since: the version that it is compared with, null for the only one."""

    since = EvaluationInPassing(allow_null=True)


class SinceQuery(Strict):
    """Which version it is compared with."""

    since = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Its number; the last one before unless said.",
    )


def told(found: Differences) -> dict[str, Any]:
    """As `DifferencesOut` gives it."""
    return {"changed": found.changed, "same": [{"name": name, "value": value} for name, value in found.same]}


@access(scopes={"GET": "runs:read"}, roles=STAFF, on=of_row(EVALUATIONS, {}))
class Changes(Resource):
    """What a version of an evaluation changed: texts line by line, everything else before and after."""

    gives = VersionDifferences
    query = SinceQuery

    def get(self, request: Any, pk: UUID) -> Response:
        since = checked(SinceQuery(data=request.query_params.dict())).get("since")
        versions = list(evaluations.versions_of(request.row))
        before = evaluations.to_compare(request.row, versions, since)
        if since is not None and (before is None or before.version != since):
            raise serializers.ValidationError(
                {"since": ["This evaluation has no other version of that number."]}, "unknown"
            )
        found = differences(before.spec, request.row.spec) if before else Differences([], [])
        return Response(VersionDifferences({**told(found), "since": before}).data)
