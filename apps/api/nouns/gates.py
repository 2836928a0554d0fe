"""Gates: the decisions between stages."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from apps.core.errors import Refused
from apps.core.versions import STALE, STALE_WORDS
from apps.engagements.checks import Found
from apps.engagements.models import TITLE, Gate, GateDecision, Kind, Outcome, Stage
from apps.engagements.selectors.gates import look_at
from apps.engagements.services import gates as services
from apps.engagements.services.gates import REASON, Condition
from apps.tokens.selectors import Bearer

from ..fields import Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import manages, staffs
from .gate_out import GateOut, GateWhole
from .items import member_of, narrowings, optional, rows_of

MOST = 100  # conditions or overrides of one decision


class ConditionFields(Strict):
    """What has to be done by when; covers: the undecided exit criterion that it stands in for."""

    text = serializers.CharField(max_length=TITLE)
    due = serializers.DateField()
    owner = optional(help_text="A member of the engagement.")
    covers = optional(help_text="An exit criterion of the gate.")


class OverrideFields(Strict):
    """Why an exit criterion that does not hold may be passed over; for managers. It stays in sight for good."""

    exit_criterion = serializers.UUIDField()
    reason = serializers.CharField(max_length=REASON)


class Deciding(Strict):
    """A decision in one's own name; the client reads the reason, which is needed unless it is a go. seen: as the gate
    gives it, after: the number of the latest decision, so that nothing is decided that was not looked at."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=REASON)
    conditions = serializers.ListField(child=ConditionFields(), required=False, max_length=MOST)
    overrides = serializers.ListField(child=OverrideFields(), required=False, max_length=MOST)
    seen = serializers.CharField(required=False, allow_blank=True, max_length=64)
    after = serializers.IntegerField(required=False, min_value=0, max_value=10**6)


class Reason(Strict):
    """Why; the client reads it."""

    reason = serializers.CharField(max_length=REASON)


class Due(Strict):
    """The day by which the gate is meant to be passed, or null for none."""

    due = serializers.DateField(allow_null=True)


def _decide(asked: Asked) -> Any:
    person, sent = asked.person, dict(asked.sent)
    _require_seen(asked)
    found = {line.criterion.pk: line.finding.found for line in look_at(asked.row)}
    overrides = {one["exit_criterion"]: one["reason"] for one in sent.pop("overrides", ())}
    if not overrides.keys() <= found.keys():
        raise Refused("elsewhere", "The gate has no such exit criterion.", field="overrides")
    wanted = sent.pop("conditions", ())
    undecided = {pk for pk, what in found.items() if what == Found.UNDECIDED}
    if not {one["covers"] for one in wanted if one.get("covers")} <= undecided:
        words = "A condition covers an exit criterion of the gate that is undecided."
        raise Refused("elsewhere", words, field="conditions")
    conditions = [_condition(asked, one) for one in wanted]
    services.decide(by=person, gate=asked.row, conditions=conditions, overrides=overrides, **sent)
    return asked.row


def _condition(asked: Asked, one: dict[str, Any]) -> Condition:
    owner = member_of(asked.engagement, one.get("owner"), "conditions")
    return Condition(one["text"], one["due"], owner, one.get("covers"))


def _reopen(asked: Asked) -> Any:
    _require_seen(asked)
    services.reopen(by=asked.person, gate=asked.row, reason=asked.sent["reason"])
    return asked.row


def _set_due(asked: Asked) -> Any:
    services.set_due(by=asked.by, gate=asked.row, due=asked.sent["due"], version=asked.version)
    return asked.row


def _require_seen(asked: Asked) -> None:
    if asked.version is not None and asked.version != asked.row.version:
        raise Refused(STALE, STALE_WORDS)


def _latest(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    found = GateDecision.objects.filter(gate__in=[row.pk for row in rows]).defer("evidence")
    latest = found.order_by("gate", "-number").distinct("gate").select_related("by")
    return {"decided": {one.gate_id: one for one in latest}}


GATES = Noun(
    name="gates",
    one="gate",
    says="Gates: the decisions between stages; every engagement has its five from the beginning. By itself, a gate "
    "tells what each of its exit criteria comes to now, and what was decided on which evidence.",
    scope="gates",
    rows=rows_of(Gate),
    out=GateOut,
    whole=GateWhole,
    moves=True,
    orders={"number": "number", "-number": "number"},
    narrow={
        **narrowings(Kind.GATE),
        "stage": Narrow(serializers.ChoiceField(choices=Stage.choices, required=False), "stage"),
    },
    beside=_latest,
    verbs={
        "decide": Act(_decide, Deciding, staffs, says="Decide it: go, conditional go or no-go."),
        "reopen": Act(_reopen, Reason, manages, says="Open a passed one again, and later ones with it."),
        "due": Act(_set_due, Due, says="Say by when it is meant to be passed."),
    },
)
