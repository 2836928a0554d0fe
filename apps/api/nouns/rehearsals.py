"""Rehearsals, or dry runs: the first prompts of a spec, made at the site, calling nobody."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.dataplane.contract.messages import Operation
from apps.dispatch.models import Inquiry
from apps.pilots.models import Evaluation
from apps.pilots.presenters.rehearsals import rehearsal_of
from apps.pilots.services import rehearsals
from apps.tokens.selectors import Bearer

from ..fields import Out, Strict
from ..noun import Act, Asked, Noun
from .inquiries import InquiryOut
from .specs import SpecField, pilot_sent


class PromptOut(Out):
    """One sample's prompt for one target. length, and lengths of each field: in characters; text: null unless the level
    lets it leave."""

    n = serializers.IntegerField()
    key = serializers.CharField()
    target = serializers.CharField()
    length = serializers.IntegerField()
    lengths = serializers.DictField(source="fields", child=serializers.IntegerField())
    text = serializers.CharField(allow_null=True)


class DrawnOut(Out):
    """What would be run. level: at which it left the site; rows: how many would be; source_rows: how many there are;
    warnings: their codes."""

    level = serializers.CharField()
    rows = serializers.IntegerField()
    source_rows = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())
    prompts = PromptOut(many=True)


class RehearsalOut(InquiryOut):
    """A dry run that one has asked for."""


class RehearsalWhole(RehearsalOut):
    """A dry run with what came of it. drawn: null before the answer."""

    drawn = serializers.SerializerMethodField()

    @extend_schema_field(DrawnOut(allow_null=True))
    def get_drawn(self, inquiry: Any) -> Any:
        """As its page shows it."""
        if not inquiry.answer:
            return None
        shown = rehearsal_of(inquiry)
        report = shown["report"]
        prompts = [
            {**fact.model_dump(mode="json"), "target": prompt.target}
            for fact, prompt in zip(report.prompts, shown["prompts"], strict=True)
        ]
        extent = report.extent.model_dump(mode="json", include={"rows", "source_rows", "warnings"})
        return DrawnOut({**extent, "level": report.level, "prompts": prompts}).data


class RehearsalNew(Strict):
    """A spec, written or not. base: the version of an evaluation that it changes, whose files it may name."""

    spec = SpecField()
    base = serializers.UUIDField(required=False)


def _rows(bearer: Bearer) -> QuerySet[Inquiry]:
    """One's own, as on their pages; a token that acts for an engagement has asked for none."""
    if bearer.user is None:
        return Inquiry.objects.none()
    found = Inquiry.objects.filter(
        operation=Operation.REHEARSE,
        asked_by=bearer.user,
        engagement__in=bearer.engagements().order_by().values("pk"),
    )
    return found.select_related("plan__site", "asked_by", "engagement__client")


def _rehearse(asked: Asked) -> Inquiry:
    """By a person, because a spec names files, and which ones is asked of the person."""
    by, sent, base = asked.person, asked.sent, None
    if "base" in sent:
        base = Evaluation.objects.filter(engagement=asked.engagement, pk=sent["base"]).first()
        if base is None:
            raise Refused("elsewhere", "There is no such evaluation on this engagement.", field="base")
    return rehearsals.rehearse(by=by, engagement=asked.engagement, pilot=pilot_sent(asked), base=base)


REHEARSALS = Noun(
    name="rehearsals",
    one="dry run",
    says="Dry runs of a spec that is or is not written yet: how many rows it draws, and its first prompts, calling "
    "nobody. Asked for with 202, answered by the site, seen by whoever asked, kept for a day.",
    scope="runs",
    roles=STAFF,
    rows=_rows,
    out=RehearsalOut,
    whole=RehearsalWhole,
    orders={"-asked_at": "asked_at"},
    add=Act(_rehearse, RehearsalNew, later=True),
    moves=True,
)
