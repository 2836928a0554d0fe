"""Baselines and value assumptions: the figures of a use case."""

from typing import Any, TypeVar

from django.db.models import QuerySet
from rest_framework import serializers

from apps.core.errors import Refused
from apps.scoping import services
from apps.scoping.models import Baseline, Basis, UseCase, ValueAssumption
from apps.scoping.services.parts import HOW
from apps.tokens.selectors import Bearer

from ..fields import Figure, Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import beside

Part = TypeVar("Part", Baseline, ValueAssumption)


class PartOut(Out):
    """A figure of a use case. basis: what it rests on; figures of two are never added together."""

    id = serializers.UUIDField()
    use_case = serializers.UUIDField(source="use_case_id")
    value = serializers.FloatField()
    unit = serializers.CharField()
    basis = serializers.ChoiceField(choices=Basis.choices)
    version = serializers.IntegerField()
    created_at = Moment()


class BaselineOut(PartOut):
    """Today's figure: what is to be beaten. n: of how many cases, null when nobody counted."""

    metric = serializers.CharField()
    n = serializers.IntegerField(allow_null=True)
    how = serializers.CharField()
    measured_on = serializers.DateField(allow_null=True)


class AssumptionOut(PartOut):
    """One thing that the value of a use case rests on. source: who states it, or where it was measured."""

    wording = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class PartChange(Strict):
    """What all figures have. unit: "share" for a number from 0 to 1."""

    value = Figure()
    unit = serializers.CharField(required=False, allow_blank=True, max_length=40)
    basis = serializers.ChoiceField(choices=Basis.choices)


class BaselineChange(PartChange):
    """Today's figure. measured_on: needed when it is measured."""

    metric = serializers.CharField(max_length=80)
    n = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    how = serializers.CharField(max_length=HOW, trim_whitespace=False)
    measured_on = serializers.DateField(required=False, allow_null=True)


class AssumptionChange(PartChange):
    """What is assumed. source: needed unless it is estimated."""

    wording = serializers.CharField(max_length=200)
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=200
    )


class BaselineNew(BaselineChange):
    """A new one, of that use case."""

    use_case = serializers.UUIDField()


class AssumptionNew(AssumptionChange):
    """A new one, of that use case."""

    use_case = serializers.UUIDField()


def _rows(model: type[Part]) -> Any:
    def rows(bearer: Bearer) -> QuerySet[Part]:
        known: QuerySet[Part] = QuerySet(model).filter(
            use_case__in=bearer.items(UseCase).order_by().values("pk")
        )
        return known.select_related("use_case__engagement__client").defer("use_case__search")

    return rows


def _of_use_case(asked: Asked) -> dict[str, Any]:
    sent = dict(asked.sent)
    use_case = beside(UseCase, asked.engagement, sent["use_case"], "use_case")
    if use_case is None:
        raise Refused("needed", "Say of which use case.", field="use_case")
    return {**sent, "use_case": use_case}


def _declared(
    model: type[Part],
    out: type[Out],
    takes: tuple[type[Strict], type[Strict]],
    word: str,
    writers: tuple[Any, Any, Any],
    **more: Any,
) -> Noun:
    """Both are figures of a use case, written, corrected and removed alike. takes: what is sent of a new one, and of a
    change; word: what the services call one among their parameters; writers: the services that add, change, remove."""
    (new, change), (add, correct, remove) = takes, writers
    names = tuple(change().fields)

    def corrected(asked: Asked) -> Any:
        """The whole figure is sent on, which services look at as one."""
        said = {**{name: getattr(asked.row, name) for name in names}, **asked.sent}
        return correct(by=asked.by, version=asked.version, **{word: asked.row}, **said)

    return Noun(
        scope="scoping",
        rows=_rows(model),
        out=out,
        engagement="use_case__engagement",
        orders={"created_at": "created_at", "-created_at": "created_at"},
        narrow={
            "use_case": Narrow(serializers.UUIDField(required=False), "use_case"),
            "basis": Narrow(serializers.ChoiceField(choices=Basis.values, required=False), "basis"),
        },
        add=Act(lambda asked: add(by=asked.by, **_of_use_case(asked)), new),
        change=Act(corrected, change),
        remove=Act(lambda asked: remove(by=asked.by, **{word: asked.row})),
        **more,
    )


BASELINES = _declared(
    Baseline,
    BaselineOut,
    (BaselineNew, BaselineChange),
    "baseline",
    (services.add_baseline, services.change_baseline, services.remove_baseline),
    name="baselines",
    one="baseline",
    says="Today's figures of use cases: what is to be beaten.",
)
ASSUMPTIONS = _declared(
    ValueAssumption,
    AssumptionOut,
    (AssumptionNew, AssumptionChange),
    "assumption",
    (services.add_assumption, services.change_assumption, services.remove_assumption),
    name="assumptions",
    one="value assumption",
    says="What the value of use cases rests on.",
)
