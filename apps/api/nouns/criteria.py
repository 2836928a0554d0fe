"""Success criteria: metric, direction and threshold that decide, and what was measured last."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.errors import Refused
from apps.engagements.models import TEXT, TITLE, Item, Kind
from apps.scoping import services
from apps.scoping.gatekeeping import goal_words
from apps.scoping.models import Baseline, Direction, MeasuredBy, SuccessCriterion, UseCase, Verdict
from apps.scoping.rules.goals import missing_of
from apps.scoping.selectors.criteria import decisive
from apps.tokens.selectors import Bearer

from ..fields import Figure, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import ORDERS, REMOVE, ItemOut, Why, beside, member_of, narrowings, optional, rows_of
from .measurements import MeasurementOut, came_from

LONGEST = 2_000  # characters of how something was measured


class CriterionOut(ItemOut):
    """A success criterion. state: unknown while something of what decides is missing, stated, or dropped; goal: what
    decides, in words; missing: what does not decide yet; latest: what its latest source measured of what it says now,
    the best first, one for each target of a run; verdict: of the best one. A use case that is internal, and its
    baseline, are null for client viewers."""

    metric = serializers.CharField()
    direction = serializers.ChoiceField(choices=[("", "None"), *Direction.choices])
    threshold = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    goal = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()
    measured_by = serializers.ChoiceField(choices=MeasuredBy.choices)
    decider = PersonOut(allow_null=True)
    decider_name = serializers.CharField()
    use_case = serializers.SerializerMethodField()
    baseline = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    latest = serializers.SerializerMethodField()

    def get_goal(self, row: Any) -> str:
        """Such as "at least 90 %"."""
        return goal_words(row)

    def get_missing(self, row: Any) -> list[str]:
        """In words."""
        return missing_of(row.metric, row.direction, row.threshold)

    def get_use_case(self, row: Any) -> str | None:
        """Its id."""
        return str(row.use_case_id) if self._tells_use_case(row) else None

    def get_baseline(self, row: Any) -> str | None:
        """Its id."""
        return str(row.baseline_id) if row.baseline_id and self._tells_use_case(row) else None

    @extend_schema_field(serializers.ChoiceField(choices=Verdict.choices, allow_null=True))
    def get_verdict(self, row: Any) -> str | None:
        """Null when nothing was measured of what it says now."""
        return next((one.verdict for one in self._latest(row)), None)

    @extend_schema_field(MeasurementOut(many=True))
    def get_latest(self, row: Any) -> list[dict[str, Any]]:
        """The deciding measurements."""
        return list(MeasurementOut(self._latest(row), many=True, context=self.context).data)

    def _latest(self, row: Any) -> list[Any]:
        known: dict[Any, list[Any]] = self.context["latest"]
        return known.get(row.pk, [])

    def _tells_use_case(self, row: Any) -> bool:
        use_case = row.use_case
        if use_case is None or use_case.removed_at:
            return False
        return bool(self.context["bearer"].is_staff or use_case.client_visible)


class CriterionFields(Strict):
    """What a criterion says; what is not known yet may be left out. A share is a number from 0 to 1; the unit of a
    pilot's metric is its own."""

    title = serializers.CharField(max_length=TITLE)
    text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, max_length=TEXT)
    metric = serializers.CharField(required=False, allow_blank=True, max_length=80)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False, allow_blank=True)
    threshold = Figure(required=False, allow_null=True)
    unit = serializers.CharField(required=False, allow_blank=True, max_length=40)
    measured_by = serializers.ChoiceField(choices=MeasuredBy.choices, required=False)
    decider = optional(help_text="A member of the engagement.")
    decider_name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    use_case = optional(help_text="A use case of the engagement.")
    baseline = optional(help_text="One of the use case's baselines.")
    client_visible = serializers.BooleanField(required=False)


class ByHand(Strict):
    """What somebody has measured. Evidence is needed: a link, an item of the engagement, or both. Of a share with its
    n the interval is computed when none is given."""

    value = Figure()
    n = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    low = Figure(required=False, allow_null=True)
    high = Figure(required=False, allow_null=True)
    how = serializers.CharField(max_length=LONGEST, trim_whitespace=False)
    link = serializers.URLField(required=False, allow_blank=True, max_length=500)
    evidence = optional(help_text="An item of the engagement.")
    measured_at = serializers.DateTimeField(required=False)


def _said(asked: Asked) -> dict[str, Any]:
    """What was sent, with what its ids name in place of them."""
    sent, engagement = dict(asked.sent), asked.engagement
    if "decider" in sent and not (
        asked.row and asked.row.decider_id and sent["decider"] == asked.row.decider_id
    ):
        sent["decider"] = member_of(engagement, sent["decider"], "decider")
    elif "decider" in sent:
        sent["decider"] = asked.row.decider  # who decides already stays, also after leaving
    if "use_case" in sent:
        sent["use_case"] = beside(UseCase, engagement, sent["use_case"], "use_case")
    if sent.get("baseline"):
        known = Baseline.objects.filter(use_case__engagement=engagement, use_case__removed_at=None)
        found = known.select_related("use_case").filter(pk=sent["baseline"]).first()
        if found is None:
            raise Refused("elsewhere", "There is no such baseline on this engagement.", field="baseline")
        sent["baseline"] = found
    return sent


def _add(asked: Asked) -> SuccessCriterion:
    return services.write_criterion(by=asked.by, engagement=asked.engagement, **_said(asked))


def _change(asked: Asked) -> SuccessCriterion:
    said = _said(asked)
    return services.change_criterion(by=asked.by, criterion=asked.row, version=asked.version, **said)


def _drop(asked: Asked) -> SuccessCriterion:
    return services.drop_criterion(by=asked.by, criterion=asked.row, version=asked.version, **asked.sent)


def _restore(asked: Asked) -> SuccessCriterion:
    return services.restore_criterion(by=asked.by, criterion=asked.row)


def _measure(asked: Asked) -> Any:
    sent = dict(asked.sent)
    sent["evidence"] = beside(Item, asked.engagement, sent.get("evidence"), "evidence")
    at = sent.pop("measured_at", None)
    services.measure_by_hand(by=asked.person, criterion=asked.row, at=at, **sent)
    return asked.row


def _beside(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    latest = decisive(rows)
    return {"latest": latest, **came_from(bearer, [one for found in latest.values() for one in found])}


CRITERIA = Noun(
    name="criteria",
    one="success criterion",
    says="Success criteria: what decides, from which figure on, who decides, and what was measured last.",
    scope="scoping",
    rows=rows_of(SuccessCriterion, "use_case", "baseline", "decider"),
    out=CriterionOut,
    orders={"number": "number", **ORDERS},
    narrow={
        **narrowings(Kind.CRITERION),
        "measured_by": Narrow(
            serializers.ChoiceField(choices=MeasuredBy.values, required=False), "measured_by"
        ),
        "use_case": Narrow(serializers.UUIDField(required=False), "use_case"),
    },
    add=Act(_add, CriterionFields),
    change=Act(_change, CriterionFields),
    remove=REMOVE,
    verbs={
        "drop": Act(_drop, Why, says="Give it up, for a reason; what was measured stays."),
        "restore": Act(_restore, says="Take one up again that was dropped."),
        "measure": Act(_measure, ByHand, says="Write down what was measured by hand, with evidence."),
    },
    beside=_beside,
    moves=True,
)
