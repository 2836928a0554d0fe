"""The samples of a run, as far as its privacy level let them leave the site."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF
from apps.dataplane.contract.privacy import Level
from apps.pilots import spec
from apps.pilots.models import Result, Run
from apps.pilots.selectors import samples

from ..access import access, of_row
from ..fields import Out, Strict
from ..nouns.runs import RUNS
from .base import Resource
from .nouns import checked

USUAL, MOST = samples.PER_PAGE, 500


class ResultOut(Out):
    """One sample of one target. key: under which its site knows it; kind: ok, or what went wrong; scores: by scorer,
    empty after an endpoint's error. input, answer and reference are null unless the level lets text leave."""

    n = serializers.IntegerField()
    key = serializers.CharField()
    kind = serializers.CharField()
    scores = serializers.DictField(child=serializers.FloatField())
    latency_ms = serializers.FloatField(allow_null=True)
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    cost = serializers.FloatField(allow_null=True)
    cached = serializers.CharField()
    slices = serializers.ListField(child=serializers.CharField())
    input = serializers.CharField(allow_null=True)
    answer = serializers.CharField(allow_null=True)
    reference = serializers.CharField(allow_null=True)


class ResultPage(Out):
    """Samples of one target, by number. level: at which they left the site."""

    level = serializers.CharField()
    target = serializers.CharField()
    results = ResultOut(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="For ?cursor=; null on the last page.")


class ResultsQuery(Strict):
    """Which samples."""

    target = serializers.IntegerField(
        required=False, min_value=0, max_value=32_767, default=0, help_text="Its position; 0 unless said."
    )
    kind = serializers.CharField(required=False, max_length=40, help_text="Such as ok, or a kind of error.")
    cursor = serializers.IntegerField(required=False, min_value=-1, max_value=2**31 - 1)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST, default=USUAL)


@access(scopes={"GET": "runs:read"}, roles=STAFF, on=of_row(RUNS, {}))
class Results(Resource):
    """The samples of a run, target by target: kinds, scores, latency, cost, and text as far as it left the site."""

    gives = ResultPage
    query = ResultsQuery

    def get(self, request: Any, pk: UUID) -> Response:
        want, run = checked(ResultsQuery(data=request.query_params.dict())), request.row
        target = run.targets.filter(position=want["target"]).first()
        if target is None:
            raise serializers.ValidationError({"target": ["This run has no such target."]}, "unknown")
        query = {name: str(want[key]) for name, key in _ASKED.items() if key in want}
        page = samples.page(run, query, size=want["limit"])
        shown = {"level": run.level, "target": target.name, "results": _shown(run, page.rows)}
        return Response(ResultPage({**shown, "next_cursor": page.next}).data)


_PLAIN = ("n", "key", "kind", "latency_ms", "input_tokens", "output_tokens", "cost", "cached", "slices")
_TEXTS = ("input", "answer", "reference")
_ASKED = {"target": "target", "kind": "kind", "after": "cursor"}


def _shown(run: Run, rows: list[Result]) -> list[dict[str, Any]]:
    plan = spec.to_plan(spec.from_data(run.evaluation.spec), str(run.pk))
    scorers = [scorer.name for scorer in plan.scorers]
    texts = Level(run.level or Level.SCORES).includes(Level.REDACTED)
    return [
        {
            **{name: getattr(row, name) for name in _PLAIN},
            **{name: getattr(row, name) if texts else None for name in _TEXTS},
            "scores": dict(zip(scorers, row.scores, strict=False)),
        }
        for row in rows
    ]
