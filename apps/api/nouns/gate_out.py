"""How gates are given: in lists, and by themselves with all that their page shows."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.engagements.checks import Found
from apps.engagements.models import Gate, Outcome, Proof, Stage
from apps.engagements.presenters.gates import decided, is_stale
from apps.engagements.rules.gates import closed_to
from apps.engagements.selectors.gate_evidence import changes, changes_for_clients
from apps.engagements.selectors.gates import Line, decisions_of, for_clients, look_at, standing_of
from apps.engagements.selectors.removed_criteria import removed_from
from apps.engagements.services.gates import digest_of

from ..fields import Moment, Out, PersonOut
from .items import ItemOut


class DecidedOut(Out):
    """The latest decision, in passing. by: null for what Fieldwork moved past without anybody's decision."""

    number = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    by = PersonOut(allow_null=True)
    at = Moment()


class GateOut(ItemOut):
    """The decision at the end of a stage; due: when it is meant to be passed. held, required: how many of its exit
    criteria held when somebody last looked, null for client viewers; stale: whether what it rests on has changed since
    it was passed; decided: the latest decision."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    held = serializers.SerializerMethodField()
    required = serializers.SerializerMethodField()  # type: ignore[assignment]  # a name of DRF's own fields
    stale = serializers.SerializerMethodField()
    closed_at = Moment(allow_null=True)
    decided = serializers.SerializerMethodField()

    def get_held(self, gate: Gate) -> int | None:
        """For the team."""
        return gate.held if self.context["bearer"].is_staff else None

    def get_required(self, gate: Gate) -> int | None:
        """For the team."""
        return gate.required if self.context["bearer"].is_staff else None

    def get_stale(self, gate: Gate) -> bool:
        """As far as the bearer may know."""
        return is_stale(gate, staff=self.context["bearer"].is_staff)

    @extend_schema_field(DecidedOut(allow_null=True))
    def get_decided(self, gate: Gate) -> dict[str, Any] | None:
        """Which is there after the first one."""
        found = self.context["decided"].get(gate.pk)
        return dict(DecidedOut(found).data) if found else None


class FoundOut(Out):
    """An exit criterion and what is found of it now. link: where to look; note, internal: null for client viewers, who
    are told nothing of an internal one and not why of some checks."""

    id = serializers.UUIDField(source="criterion.pk")
    title = serializers.CharField(source="criterion.title")
    proof = serializers.ChoiceField(source="criterion.proof", choices=Proof.choices)
    criterion = serializers.UUIDField(source="criterion.criterion_id", allow_null=True)
    found = serializers.ChoiceField(source="finding.found", choices=[str(found) for found in Found])
    text = serializers.CharField(source="finding.text")
    link = serializers.CharField(source="finding.href")
    evidence = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()
    internal = serializers.SerializerMethodField()

    def get_evidence(self, line: Line) -> list[dict[str, Any]]:
        """What it rests on, in parts."""
        return list(line.row()["evidence"])

    def get_note(self, line: Line) -> str | None:
        """Of whoever attested it, for the team."""
        return line.criterion.note if self.context["bearer"].is_staff else None

    def get_internal(self, line: Line) -> bool | None:
        """Whether it is kept from client viewers."""
        return line.internal if self.context["bearer"].is_staff else None


class FrozenOut(Out):
    """What an exit criterion came to when a decision was made; signed: who had approved its success criterion."""

    id = serializers.CharField()
    title = serializers.CharField()
    proof = serializers.ChoiceField(choices=Proof.choices)
    found = serializers.ChoiceField(choices=[str(found) for found in Found])
    text = serializers.CharField()
    evidence = serializers.ListField(child=serializers.DictField())
    signed = serializers.ListField(child=serializers.DictField(), default=list)


class OverrideOut(Out):
    """A manager let a gate be passed although this did not hold."""

    exit_criterion = serializers.UUIDField()
    title = serializers.CharField()
    found = serializers.CharField()
    reason = serializers.CharField()
    by = PersonOut()


class ConditionOut(Out):
    """What has to be done by when. action: the one that was made of it; owner: their name, empty for nobody, null for
    client viewers."""

    text = serializers.CharField()
    due = serializers.DateField()
    action = serializers.UUIDField(default=None, allow_null=True)
    owner = serializers.CharField(allow_null=True)


class DecisionOut(Out):
    """Who decided what, on which evidence. digest: SHA-256 of all of that evidence; intact: whether it still is."""

    number = serializers.IntegerField(source="row.number")
    outcome = serializers.ChoiceField(source="row.outcome", choices=Outcome.choices)
    by = PersonOut(source="row.by", allow_null=True)
    at = Moment(source="row.at")
    reason = serializers.CharField(source="row.reason")
    conditions = ConditionOut(many=True)
    overrides = OverrideOut(many=True)
    evidence = FrozenOut(source="rows", many=True)
    digest = serializers.CharField(source="row.digest")
    intact = serializers.BooleanField()


class RemovedOut(Out):
    """An exit criterion that was taken away."""

    title = serializers.CharField()
    reason = serializers.CharField()
    found = serializers.CharField()
    by = serializers.CharField()
    at = Moment()


class GateWhole(GateOut):
    """A gate with what it requires, what is found now and what was decided. changed: what is not as it was when it was
    passed. seen: names what is found now, for a decision; not_now: why it cannot be decided, empty when it can;
    removed: what it required once. Those three are null for client viewers."""

    exit_criteria = FoundOut(source="page.lines", many=True)
    changed = serializers.ListField(source="page.changed", child=serializers.CharField())
    decisions = DecisionOut(source="page.decisions", many=True)
    removed = RemovedOut(source="page.removed", many=True, allow_null=True)
    seen = serializers.CharField(source="page.seen", allow_null=True)
    not_now = serializers.CharField(source="page.not_now", allow_null=True)

    def to_representation(self, instance: Any) -> Any:
        """Every check is asked, once."""
        instance.page = _page(instance, staff=self.context["bearer"].is_staff)
        return super().to_representation(instance)


def _page(gate: Gate, *, staff: bool) -> dict[str, Any]:
    """What the gate's page shows."""
    lines = look_at(gate)
    past = list(decisions_of(gate))
    last = past[0] if past else None
    found: dict[str, Any] = {"decisions": decided(past, lines, staff=staff)}
    if not staff:
        changed = changes_for_clients(gate, last, lines)
        hidden = dict.fromkeys(("removed", "seen", "not_now"))
        return {**found, **hidden, "lines": for_clients(lines), "changed": changed}
    standing = standing_of(gate.engagement, Gate.objects.filter(engagement=gate.engagement_id))
    return {
        **found,
        "lines": lines,
        "changed": changes(gate, last, lines),
        "removed": removed_from(gate),
        "seen": digest_of(lines),
        "not_now": closed_to(standing, gate.stage, Outcome.GO),
    }
