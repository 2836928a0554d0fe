"""Use cases: the problem worth solving, with the sections of its page."""

from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.errors import Refused
from apps.core.versions import STALE, STALE_WORDS
from apps.engagements.models import TEXT, TITLE, Kind, Stakeholder
from apps.scoping import services
from apps.scoping.models import Basis, UseCase
from apps.scoping.services.settling import WHY
from apps.scoping.services.use_cases import MOST_STEPS, SECTIONS
from apps.scoping.services.use_cases import WHY as PART_WHY
from apps.tokens.selectors import Bearer

from ..fields import Figure, Out, Strict
from ..noun import Act, Asked, Noun
from .items import ORDERS, REMOVE, ItemOut, beside, narrowings, optional, rows_of
from .parts import AssumptionOut, BaselineOut


class StepOut(Out):
    """One step of today's process."""

    step = serializers.CharField()
    actor = serializers.CharField(default="")
    system = serializers.CharField(default="")
    minutes = serializers.FloatField(allow_null=True, default=None)


class WorkHoursOut(Out):
    """Hours a month, and what they rest on: the weakest basis of their parts."""

    hours = serializers.FloatField()
    basis = serializers.ChoiceField(choices=Basis.choices)


class UseCaseOut(ItemOut):
    """A use case. volume: cases a month; minutes_per_case: of work; hours: a month that it takes today, the most that
    could be saved; score: value × feasibility × (6 − risk), 1 to 125, null while a part is missing; settled_why: why it
    was picked or rejected. business_owner: a stakeholder, null for client viewers, who see the name alone."""

    stated_problem = serializers.CharField()
    real_problem = serializers.CharField()
    sufferers = serializers.CharField()
    steps = StepOut(many=True)
    volume = serializers.FloatField(allow_null=True)
    volume_basis = serializers.ChoiceField(choices=Basis.choices)
    minutes_per_case = serializers.FloatField(allow_null=True)
    minutes_basis = serializers.ChoiceField(choices=Basis.choices)
    hours = WorkHoursOut(allow_null=True)
    exceptions = serializers.CharField()
    limits = serializers.CharField()
    compliance = serializers.CharField()
    score = serializers.IntegerField(allow_null=True)
    score_value = serializers.IntegerField(allow_null=True)
    value_why = serializers.CharField()
    score_feasibility = serializers.IntegerField(allow_null=True)
    feasibility_why = serializers.CharField()
    score_risk = serializers.IntegerField(allow_null=True)
    risk_why = serializers.CharField()
    business_owner = serializers.SerializerMethodField()
    business_owner_name = serializers.CharField()
    settled_why = serializers.CharField()
    baselines = serializers.SerializerMethodField()
    assumptions = serializers.SerializerMethodField()

    def get_business_owner(self, row: Any) -> str | None:
        """Its id."""
        known = row.business_owner_id and self.context["bearer"].is_staff
        return str(row.business_owner_id) if known else None

    @extend_schema_field(BaselineOut(many=True))
    def get_baselines(self, row: Any) -> list[dict[str, Any]]:
        """Today's figures."""
        return list(BaselineOut(row.baselines.all(), many=True).data)

    @extend_schema_field(AssumptionOut(many=True))
    def get_assumptions(self, row: Any) -> list[dict[str, Any]]:
        """What its value rests on."""
        return list(AssumptionOut(row.assumptions.all(), many=True).data)


class StepField(Strict):
    """One step of today's process."""

    step = serializers.CharField(max_length=200)
    actor = serializers.CharField(required=False, allow_blank=True, max_length=80)
    system = serializers.CharField(required=False, allow_blank=True, max_length=80)
    minutes = Figure(least=0, required=False, allow_null=True)


def _text() -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, max_length=TEXT)


def _part() -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)


def _why() -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=PART_WHY)


class UseCaseFields(Strict):
    """The sections of a use case, each field by its name. Each part of the score comes with a sentence why."""

    title = serializers.CharField(max_length=TITLE)
    stated_problem = _text()
    real_problem = _text()
    sufferers = _text()
    client_visible = serializers.BooleanField(required=False)
    steps = StepField(many=True, required=False, max_length=MOST_STEPS)  # type: ignore[call-arg]
    volume = Figure(least=0, required=False, allow_null=True)
    volume_basis = serializers.ChoiceField(choices=Basis.choices, required=False)
    minutes_per_case = Figure(least=0, required=False, allow_null=True)
    minutes_basis = serializers.ChoiceField(choices=Basis.choices, required=False)
    exceptions = _text()
    limits = _text()
    compliance = _text()
    score_value, value_why = _part(), _why()
    score_feasibility, feasibility_why = _part(), _why()
    score_risk, risk_why = _part(), _why()
    business_owner = optional(help_text="A stakeholder of the engagement.")
    business_owner_name = serializers.CharField(required=False, allow_blank=True, max_length=120)

    def validate_steps(self, steps: list[Any]) -> list[dict[str, Any]]:
        """Whole, also in a change, where the framework lets parts be missing."""
        if any("step" not in one for one in steps):
            raise serializers.ValidationError("Each needs what happens in it: step.", "required")
        return [{"actor": "", "system": "", "minutes": None, **one} for one in steps]


class RejectedToo(Strict):
    """Another one that is rejected by the same decision."""

    use_case = serializers.UUIDField()
    why = serializers.CharField(max_length=WHY)


class Pick(Strict):
    """Why it is picked, and what is rejected for it."""

    why = serializers.CharField(max_length=WHY)
    rejected = RejectedToo(many=True, required=False, max_length=50)  # type: ignore[call-arg]


class Reject(Strict):
    """Why it is rejected."""

    why = serializers.CharField(max_length=WHY)


def _said(asked: Asked) -> dict[str, Any]:
    sent = dict(asked.sent)
    if "business_owner" in sent:
        owner = beside(Stakeholder, asked.engagement, sent["business_owner"], "business_owner")
        sent["business_owner"] = owner
    return sent


def _add(asked: Asked) -> UseCase:
    return services.write_use_case(by=asked.by, engagement=asked.engagement, **_said(asked))


@transaction.atomic
def _change(asked: Asked) -> UseCase:
    """Section by section, as its page does, at one version of the whole."""
    said, row = _said(asked), cast(UseCase, asked.row)
    locked = UseCase.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    moved_on = asked.version is not None and locked.version != asked.version
    if moved_on and any(getattr(locked, name) != value for name, value in said.items()):
        raise Refused(STALE, STALE_WORDS)
    for section, names in SECTIONS.items():
        if part := {name: said[name] for name in names if name in said}:
            row = services.change_section(by=asked.by, use_case=row, section=section, **_whole(row, part))
    return row


def _whole(row: UseCase, part: dict[str, Any]) -> dict[str, Any]:
    """With the reason that stands already beside a part of the score that is sent without one."""
    for name in [name for name in part if name.startswith("score_")]:
        why = f"{name.removeprefix('score_')}_why"
        part.setdefault(why, getattr(row, why))
    return part


def _pick(asked: Asked) -> UseCase:
    rejected = {}
    for one in asked.sent.get("rejected", ()):
        other = beside(UseCase, asked.engagement, one["use_case"], "rejected")
        assert other is not None, "an id was sent"
        rejected[other] = one["why"]
    reason = asked.sent["why"]
    services.settle(
        by=asked.by, engagement=asked.engagement, picked=[asked.row], rejected=rejected, reason=reason
    )
    return asked.row  # type: ignore[no-any-return]  # a row of this noun


def _reject(asked: Asked) -> UseCase:
    why = {asked.row: asked.sent["why"]}
    services.settle(by=asked.by, engagement=asked.engagement, picked=[], rejected=why, reason="")
    return asked.row  # type: ignore[no-any-return]


def _reconsider(asked: Asked) -> UseCase:
    use_case: UseCase = asked.row
    return services.reconsider(by=asked.by, use_case=use_case) if use_case.state != "candidate" else use_case


def _rows(bearer: Bearer) -> QuerySet[UseCase]:
    rows: QuerySet[UseCase] = rows_of(UseCase)(bearer)
    return rows.prefetch_related("baselines", "assumptions")


USE_CASES = Noun(
    name="use-cases",
    one="use case",
    says="Use cases: the problem worth solving, today's process, its score and who owns it. A pick or a rejection is a "
    "decision in the log.",
    scope="scoping",
    rows=_rows,
    out=UseCaseOut,
    orders={"number": "number", **ORDERS},
    narrow=narrowings(Kind.USE_CASE),
    add=Act(_add, UseCaseFields),
    change=Act(_change, UseCaseFields),
    remove=REMOVE,
    verbs={
        "pick": Act(_pick, Pick, says="Pick it, for a reason, and reject others with it: one decision."),
        "reject": Act(_reject, Reject, says="Reject it, for a reason."),
        "reconsider": Act(_reconsider, says="Make it a candidate again."),
    },
    moves=True,
)
