"""Exit criteria: what gates require."""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from apps.engagements.models import TITLE, ExitCriterion, Gate, Item, Proof
from apps.engagements.services import exit_criteria as services
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import beside, optional, reached


class ExitCriterionOut(Out):
    """One thing that a gate requires; what is found of it stands with the gate. criterion: the success criterion that
    has to be met; check_name, note: null for client viewers."""

    id = serializers.UUIDField()
    gate = serializers.UUIDField(source="gate_id")
    engagement = serializers.UUIDField(source="gate.engagement_id")
    position = serializers.IntegerField()
    proof = serializers.ChoiceField(choices=Proof.choices)
    title = serializers.CharField()
    check_name = serializers.SerializerMethodField()
    criterion = serializers.UUIDField(source="criterion_id", allow_null=True)
    attested_by = PersonOut(allow_null=True)
    attested_at = Moment(allow_null=True)
    link = serializers.CharField()
    note = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_check_name(self, one: ExitCriterion) -> str | None:
        """Empty for what is shown otherwise."""
        return one.check_name if self.context["bearer"].is_staff else None

    def get_note(self, one: ExitCriterion) -> str | None:
        """Of whoever attested it."""
        return one.note if self.context["bearer"].is_staff else None


class ExitCriterionChange(Strict):
    """Other words; the client reads them."""

    title = serializers.CharField(max_length=TITLE)


class ExitCriterionNew(Strict):
    """One thing more. title: needed unless a check or a success criterion has one of its own."""

    gate = serializers.UUIDField()
    proof = serializers.ChoiceField(choices=Proof.choices)
    title = serializers.CharField(required=False, allow_blank=True, max_length=TITLE)
    check_name = serializers.CharField(required=False, allow_blank=True, max_length=60)
    criterion = optional(help_text="A success criterion of the engagement.")


class Attesting(Strict):
    """In one's own name. link: to what shows it, for the client too; note: for the team."""

    link = serializers.CharField(max_length=services.LINK)
    note = serializers.CharField(required=False, allow_blank=True, max_length=services.WORDS)


class Moving(Strict):
    """One place further."""

    to = serializers.ChoiceField(choices=["up", "down"])


class Removal(Strict):
    """Why; kept in the history of the engagement."""

    reason = serializers.CharField(max_length=services.WORDS)


def _rows(bearer: Bearer) -> QuerySet[ExitCriterion]:
    """Of the gates within reach; of those that rest on a success criterion, client viewers see what they see of it."""
    found = ExitCriterion.objects.filter(gate__in=bearer.items(Gate).order_by().values("pk"))
    if not bearer.is_staff:
        found = found.filter(Q(criterion=None) | Q(criterion__client_visible=True))
    return found.select_related("gate__engagement__client", "attested_by").defer("gate__search")


def _add(asked: Asked) -> ExitCriterion:
    sent = {**asked.sent, "gate": reached(asked, Gate, "gate")}
    if "criterion" in sent:
        sent["criterion"] = beside(Item, asked.engagement, sent["criterion"], "criterion")
    return services.add(by=asked.by, **sent)


def _rename(asked: Asked) -> Any:
    title = asked.sent.get("title", asked.row.title)
    services.rename(by=asked.by, exit_criterion=asked.row, title=title, version=asked.version)
    return asked.row


def _attest(asked: Asked) -> Any:
    services.attest(by=asked.person, exit_criterion=asked.row, version=asked.version, **asked.sent)
    return asked.row


def _withdraw(asked: Asked) -> Any:
    services.withdraw_attestation(by=asked.person, exit_criterion=asked.row, version=asked.version)
    return asked.row


def _move(asked: Asked) -> Any:
    services.move(by=asked.by, exit_criterion=asked.row, up=asked.sent["to"] == "up")
    return asked.row


def _remove(asked: Asked) -> None:
    services.remove(by=asked.person, exit_criterion=asked.row, reason=asked.sent["reason"])


def _may_remove(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return bearer.user is not None and services.may_remove(bearer.user, row)


EXIT_CRITERIA = Noun(
    name="exit-criteria",
    one="exit criterion",
    says="What gates require: checked by Fieldwork, a success criterion, the client's approval, or attested by a "
    "person. What a passed gate required stays.",
    scope="gates",
    rows=_rows,
    engagement="gate__engagement",
    out=ExitCriterionOut,
    moves=True,
    orders={"created_at": "created_at", "position": "position"},
    narrow={
        "gate": Narrow(serializers.UUIDField(required=False), "gate"),
        "proof": Narrow(serializers.ChoiceField(choices=Proof.values, required=False), "proof"),
    },
    add=Act(_add, ExitCriterionNew),
    change=Act(_rename, ExitCriterionChange),
    verbs={
        "attest": Act(_attest, Attesting, says="Say in one's own name that it holds, with a link."),
        "withdraw": Act(_withdraw, says="Take that back."),
        "move": Act(_move, Moving, says="Show it one place further up or down."),
        "remove": Act(_remove, Removal, _may_remove, says=services.WHO_REMOVES, leaves_nothing=True),
    },
)
