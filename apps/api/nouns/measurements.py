"""Measurements: what was measured of success criteria, each with n, interval, source and time."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.pilots.evidence import SOURCE
from apps.scoping.evidence import provenance_of
from apps.scoping.models import Direction, Measurement, SuccessCriterion, Verdict
from apps.tokens.selectors import Bearer

from ..fields import Moment, NumbersOut, PersonOut
from ..noun import Narrow, Noun


class MeasurementOut(NumbersOut):
    """What was measured, and what decided then. verdict: on that; is_current: whether the criterion still says the
    same; unit: "share" is a number from 0 to 1; came_from: in words; run: that measured it; subject: what was
    measured, such as the target's name. Of what somebody measured by hand: how, link and evidence (an item; internal
    ones are null for client viewers)."""

    id = serializers.UUIDField()
    criterion = serializers.UUIDField(source="criterion_id")
    metric = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    threshold = serializers.FloatField()
    unit = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    is_current = serializers.SerializerMethodField()
    source = serializers.CharField()  # type: ignore[assignment]
    came_from = serializers.SerializerMethodField()
    run = serializers.SerializerMethodField()
    subject = serializers.CharField()
    how = serializers.CharField()
    link = serializers.CharField()
    evidence = serializers.SerializerMethodField()
    by = PersonOut(allow_null=True)
    measured_at = Moment()

    def get_is_current(self, row: Any) -> bool:
        """By metric, direction, threshold and unit."""
        return bool(row.goal == row.criterion.goal and row.unit == row.criterion.unit)

    def get_came_from(self, row: Any) -> str:
        """Such as "run 4 of mail v2, target small"."""
        return str(self.context["came_from"][row.pk].text)

    def get_run(self, row: Any) -> str | None:
        """Its id, also when it is gone."""
        return str(row.source_id) if row.source == SOURCE else None

    def get_evidence(self, row: Any) -> str | None:
        """Its id."""
        known = row.evidence is not None and (self.context["bearer"].is_staff or row.evidence.client_visible)
        return str(row.evidence_id) if known else None


def came_from(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    """Where those measurements came from: what `MeasurementOut` asks for."""
    return {"came_from": provenance_of(rows)}


def _rows(bearer: Bearer) -> QuerySet[Measurement]:
    known = Measurement.objects.filter(criterion__in=bearer.items(SuccessCriterion).order_by().values("pk"))
    return known.select_related("criterion__engagement__client", "by", "evidence").defer(
        "criterion__search", "evidence__search"
    )


MEASUREMENTS = Noun(
    name="measurements",
    one="measurement",
    says="What was measured of success criteria, by runs and by hand; written once, never changed.",
    scope="scoping",
    rows=_rows,
    out=MeasurementOut,
    engagement="criterion__engagement",
    orders={"-measured_at": "measured_at", "measured_at": "measured_at"},
    narrow={
        "criterion": Narrow(serializers.UUIDField(required=False), "criterion"),
        "verdict": Narrow(serializers.ChoiceField(choices=Verdict.values, required=False), "verdict"),
        "run": Narrow(
            serializers.UUIDField(required=False),
            lambda rows, run, bearer: rows.filter(source=SOURCE, source_id=run),
        ),
    },
    beside=came_from,
)
