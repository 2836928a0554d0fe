"""Two runs, or two targets of one, side by side."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from apps.pilots.presenters.comparison import compared
from apps.pilots.selectors.compared import two

from ..access import access, bearer_of
from ..fields import NumbersOut, Out, Strict
from .base import Resource
from .nouns import checked

VERDICTS = ["better", "worse", "same", "unclear", "unknown"]


class SideOut(Out):
    """One side: a run, and which of its targets."""

    run = serializers.UUIDField(source="run.pk")
    evaluation = serializers.CharField(source="run.evaluation.name")
    version = serializers.IntegerField(source="run.evaluation.version")
    number = serializers.IntegerField(source="run.number")
    target = serializers.CharField(source="target.name")
    position = serializers.IntegerField(source="target.position")


class DifferenceOut(NumbersOut):
    """What b has more than a. source: of the interval."""

    source = serializers.CharField()  # type: ignore[assignment]


class LineOut(Out):
    """One metric on both sides. slice: "column=value", empty for all samples; lost, gained: samples that went from
    right to wrong, and from wrong to right; verdict: on b, and words: in words."""

    metric = serializers.CharField(source="name")
    title = serializers.CharField(source="facts.title")
    unit = serializers.CharField(source="facts.unit")
    slice = serializers.CharField()
    a = NumbersOut(allow_null=True)
    b = NumbersOut(allow_null=True)
    difference = DifferenceOut()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    words = serializers.CharField()
    lost = serializers.IntegerField()
    gained = serializers.IntegerField()
    note = serializers.CharField()


class ComparisonOut(Out):
    """b beside a, sample by sample where they have the same. apart: why they are not paired, empty when they are; both,
    only_a, only_b: samples that both have, or one alone; slices: of one metric; notes: what to know before believing
    it."""

    a = SideOut()
    b = SideOut()
    apart = serializers.CharField()
    both = serializers.IntegerField()
    only_a = serializers.IntegerField()
    only_b = serializers.IntegerField()
    metrics = LineOut(source="lines", many=True)
    slices = LineOut(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class ComparisonQuery(Strict):
    """Which runs, and which of their targets by position: without those the same target of both, or the first two of
    one run."""

    a = serializers.UUIDField(help_text="A run.")
    b = serializers.UUIDField(help_text="The run that is beside it; the same one for two of its targets.")
    at = serializers.IntegerField(required=False, min_value=0, max_value=32_767, help_text="The target of a.")
    bt = serializers.IntegerField(required=False, min_value=0, max_value=32_767, help_text="The target of b.")
    metric = serializers.CharField(required=False, max_length=80, help_text="Whose slices are told.")


@access(scopes={"GET": "runs:read"})
class Comparison(Resource):
    """Two runs side by side: each metric's difference with its interval, in whole and by slice."""

    gives = ComparisonOut
    query = ComparisonQuery

    def get(self, request: Any) -> Response:
        want = checked(ComparisonQuery(data=request.query_params.dict()))
        asked = {name: str(value) for name, value in want.items()}
        a, b = two(bearer_of(request).engagements(), asked)
        return Response(ComparisonOut(compared(a, b, asked.get("metric", ""))).data)
