"""Two runs, or two targets of one, side by side."""

from dataclasses import fields, replace
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.dataplane.contract.privacy import Level
from apps.pilots.presenters.comparison import changes, compared, shared_scorers
from apps.pilots.rules.pairing import why_apart
from apps.pilots.selectors import flips
from apps.pilots.selectors.compared import Compared, two

from ..access import access, bearer_of
from ..fields import NumbersOut, Out, Strict
from .base import Resource
from .differences import DifferencesOut, told
from .nouns import checked

MOST = 100  # flips of a page
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
    it; changes: what the specs differ by from a to b, null for client viewers."""

    a = SideOut()
    b = SideOut()
    apart = serializers.CharField()
    both = serializers.IntegerField()
    only_a = serializers.IntegerField()
    only_b = serializers.IntegerField()
    metrics = LineOut(source="lines", many=True)
    slices = LineOut(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    changes = DifferencesOut(allow_null=True)


class FlipOut(Out):
    """A sample that one side has fully right and the other has not. n: in b; way: lost or gained; kind_a, kind_b: ok,
    or what went wrong; was, became: the score of a and of b. Texts are null where they did not leave the site."""

    n = serializers.IntegerField()
    key = serializers.CharField()
    way = serializers.SerializerMethodField()
    kind_a = serializers.CharField()
    kind_b = serializers.CharField()
    was = serializers.FloatField()
    became = serializers.FloatField()
    slices = serializers.ListField(child=serializers.CharField())
    input = serializers.CharField(allow_null=True)
    answer_a = serializers.CharField(allow_null=True)
    answer_b = serializers.CharField(allow_null=True)
    reference = serializers.CharField(allow_null=True)

    def get_way(self, flip: flips.Flip) -> str:
        """From right to wrong, or from wrong to right."""
        return "lost" if flip.became < flip.was else "gained"


class FlipPage(Out):
    """Flips by a metric, by their number in b."""

    metric = serializers.CharField()
    results = FlipOut(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="For ?cursor=; null on the last page.")


class ComparisonQuery(Strict):
    """Which runs, and which of their targets by position: without those the same target of both, or the first two of
    one run."""

    a = serializers.UUIDField(help_text="A run.")
    b = serializers.UUIDField(help_text="The run that is beside it; the same one for two of its targets.")
    at = serializers.IntegerField(required=False, min_value=0, max_value=32_767, help_text="The target of a.")
    bt = serializers.IntegerField(required=False, min_value=0, max_value=32_767, help_text="The target of b.")
    metric = serializers.CharField(required=False, max_length=80, help_text="Whose slices are told.")


class FlipsQuery(ComparisonQuery):
    """Which runs, and which of their flips."""

    metric = serializers.CharField(
        required=False, max_length=80, help_text="A scorer that both have; the first unless said."
    )
    way = serializers.ChoiceField(
        choices=list(flips.WAYS), required=False, help_text="Both ways unless said."
    )
    cursor = serializers.IntegerField(required=False, min_value=-1, max_value=2**31 - 1)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST, default=flips.PER_PAGE)


@access(scopes={"GET": "runs:read"})
class Comparison(Resource):
    """Two runs side by side: each metric's difference with its interval, in whole and by slice."""

    gives = ComparisonOut
    query = ComparisonQuery

    def get(self, request: Any) -> Response:
        want = checked(ComparisonQuery(data=request.query_params.dict()))
        asked = {name: str(value) for name, value in want.items()}
        bearer = bearer_of(request)
        a, b = two(bearer.engagements(), asked)
        found = compared(a, b, asked.get("metric", ""))
        shown = {field.name: getattr(found, field.name) for field in fields(found)}
        differ = told(changes(a, b)) if bearer.is_staff else None
        return Response(ComparisonOut({**shown, "changes": differ}).data)


@access(scopes={"GET": "runs:read"}, roles=STAFF)
class Flips(Resource):
    """The samples that one of two sides has fully right and the other has not. Not for client viewers, as all single
    samples."""

    gives = FlipPage
    query = FlipsQuery

    def get(self, request: Any) -> Response:
        want = checked(FlipsQuery(data=request.query_params.dict()))
        asked = {name: str(value) for name, value in want.items()}
        a, b = two(bearer_of(request).engagements(), asked)
        if apart := why_apart(a.ground, b.ground):
            raise Refused("apart", apart)
        metric = _metric(a, b, want.get("metric", ""))
        query = {"way": asked.get("way", ""), "after": asked.get("cursor", "")}
        page = flips.page(a.side, b.side, metric, query, size=want["limit"])
        rows = [_as_left(row, a, b) for row in page.rows]
        shown = {"metric": metric, "results": rows, "next_cursor": page.next}
        return Response(FlipPage(shown).data)


def _as_left(flip: flips.Flip, a: Compared, b: Compared) -> flips.Flip:
    """Without the texts of a side whose level keeps them at the site."""
    at_a, at_b = (Level(side.run.level).includes(Level.REDACTED) for side in (a, b))
    hidden: dict[str, Any] = {} if at_a else {"answer_a": None}
    hidden |= {} if at_b else {"answer_b": None}
    hidden |= {} if at_a or at_b else {"input": None, "reference": None}
    return replace(flip, **hidden)


def _metric(a: Compared, b: Compared, asked: str) -> str:
    """The scorer that is asked for. Raises ValidationError, and Refused where there is none."""
    shared = shared_scorers(a, b)
    if not shared:
        raise Refused("nothing_shared", "These two have no scorer in common.")
    if asked and asked not in shared:
        raise serializers.ValidationError({"metric": [f"Both have {', '.join(shared)}."]}, "unknown")
    return asked or shared[0]
