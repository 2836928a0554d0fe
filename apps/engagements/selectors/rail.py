"""The gates of an engagement, for the rail that heads every page of it. Who looks up an engagement reads them
along, so that the rail costs no query of its own."""

from datetime import date, datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, JSONObject

from ..models import Engagement, ExitCriterion, Gate, GateDecision, Override
from ..rules.gates import BEHIND

_FIELDS = (
    "pk", "number", "title", "stage", "state", "held", "required", "stale", "stale_for_clients", "due", "closed_at",
)  # fmt: skip
# Whether what an override passed over was a success criterion; what is deleted by now stands in the evidence alone.
_OF_A_CRITERION = Func(
    Cast("decision__evidence", JSONField()),
    Value('$.exit_criteria[*] ? (@.id == $id && @.proof == "criterion")'),
    JSONObject(id=Cast("exit_criterion", TextField())),
    template="jsonb_path_exists(%(expressions)s)",
    output_field=BooleanField(),
)
_IN_SIGHT = Exists(
    ExitCriterion.objects.filter(pk=OuterRef("exit_criterion"), criterion__client_visible=True)
)


def with_rail(engagements: QuerySet[Engagement]) -> QuerySet[Engagement]:
    """The same engagements with their gates as JSON, of which `rail_of` makes rows."""
    return engagements.annotate(gate_rows=_gate_rows())


@cache
def _gate_rows() -> ArraySubquery:
    """How the gates of whichever engagement are read; put together once, as each of its pages asks for them."""
    overrides = Override.objects.filter(decision__gate=OuterRef("pk")).order_by().values("decision__gate")
    seen = overrides.filter(Q(_IN_SIGHT) | ~Q(_OF_A_CRITERION))
    gates = Gate.objects.filter(engagement=OuterRef("pk")).order_by("number")
    latest = GateDecision.objects.filter(gate=OuterRef("pk")).order_by("-number").values("by")[:1]
    counted = gates.annotate(
        overridden=overrides.annotate(n=Count("pk")).values("n"),
        overridden_for_clients=seen.annotate(n=Count("pk")).values("n"),
        decided_by=Subquery(latest),
    )
    counts = ("overridden", "overridden_for_clients", "decided_by")
    row = JSONObject(**{name: F(name) for name in (*counts, *_FIELDS)})
    return ArraySubquery(counted.values(row=row))


def rail_of(engagement: Engagement) -> list[Gate]:
    """The engagement's gates in order, each with `overrides`, how many there ever were, `overrides_for_clients`,
    those of which client viewers may know, and `moved`, whether it lies behind without anybody's decision. Read once
    for each row of an engagement; no more than what a rail or a list shows of them."""
    known: list[Gate] | None = getattr(engagement, "_gates_on_rail", None)
    if known is None:
        rows = getattr(engagement, "gate_rows", None)
        if rows is None:
            found = with_rail(Engagement.objects.filter(pk=engagement.pk)).first()
            rows = getattr(found, "gate_rows", [])
        known = [_gate(engagement, row) for row in rows]
        engagement._gates_on_rail = known  # type: ignore[attr-defined]
    return known


def forget_rail(engagement: Engagement) -> None:
    """The next look at the engagement's gates reads them again."""
    engagement.__dict__.pop("_gates_on_rail", None)
    engagement.__dict__.pop("gate_rows", None)


def _gate(engagement: Engagement, row: dict[str, Any]) -> Gate:
    fields = {name: row[name] for name in _FIELDS}
    fields["due"] = date.fromisoformat(row["due"]) if row["due"] else None
    fields["closed_at"] = datetime.fromisoformat(row["closed_at"]) if row["closed_at"] else None
    gate = Gate(engagement=engagement, kind="gate", client_visible=True, **fields)
    gate.overrides = row["overridden"] or 0  # type: ignore[attr-defined]
    gate.overrides_for_clients = row["overridden_for_clients"] or 0  # type: ignore[attr-defined]
    gate.moved = gate.state in BEHIND and row["decided_by"] is None  # type: ignore[attr-defined]
    return gate
