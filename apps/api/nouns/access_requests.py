"""Access requests: what was asked of the client, and ages."""

from typing import Any

from rest_framework import serializers

from apps.accounts.models import User
from apps.engagements.access import may_answer
from apps.engagements.models import AccessRequest, Approver, Gate, Kind, Stakeholder
from apps.engagements.models import Asked as For
from apps.engagements.services.registers.requests import (
    ANSWERS,
    add_request,
    answer_request,
    change_request,
    chase,
)
from apps.tokens.selectors import Bearer

from ..fields import Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import MOVE, ORDERS, REMOVE, ItemFields, ItemOut, named, narrowings, optional, rows_of


class AccessRequestOut(ItemOut):
    """Something asked of the client. asked_of: a stakeholder, whom client viewers are not told of; holds_up: a gate."""

    asked_for = serializers.ChoiceField(choices=For.choices)
    approver = serializers.ChoiceField(choices=Approver.choices)
    asked_of = serializers.SerializerMethodField()
    holds_up = serializers.UUIDField(source="holds_up_id", allow_null=True)
    asked_on = serializers.DateField()
    answered_on = serializers.DateField(allow_null=True)

    def get_asked_of(self, request: Any) -> str | None:
        """Whom; internal."""
        known = request.asked_of_id and self.context["bearer"].is_staff
        return str(request.asked_of_id) if known else None


class AccessRequestChange(ItemFields):
    """What was asked, not its answer."""

    asked_for = serializers.ChoiceField(choices=For.choices, required=False)
    approver = serializers.ChoiceField(choices=Approver.choices, required=False)
    asked_of = optional(help_text="A stakeholder of the engagement.")
    holds_up = optional(help_text="The gate of the engagement that waits for it.")
    asked_on = serializers.DateField(required=False)


class Answer(Strict):
    """The client's answer, under one's own name. words: needed when it is refused."""

    state = serializers.ChoiceField(choices=sorted(ANSWERS))
    words = serializers.CharField(required=False, allow_blank=True, default="")
    answered_on = serializers.DateField(required=False)


def _named(asked: Asked) -> dict[str, Any]:
    return named(asked, asked_of=Stakeholder, holds_up=Gate)


def _add(asked: Asked) -> AccessRequest:
    return add_request(by=asked.by, engagement=asked.engagement, **_named(asked))


def _change(asked: Asked) -> AccessRequest:
    return change_request(by=asked.by, item=asked.row, version=asked.version, **_named(asked))


def _answer(asked: Asked) -> AccessRequest:
    return answer_request(by=asked.person, item=asked.row, version=asked.version, **asked.sent)


def _chase(asked: Asked) -> Any:
    chase(by=asked.person, item=asked.row)
    return asked.row


def _may_answer(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return isinstance(bearer.user, User) and may_answer(bearer.user, row)


ACCESS_REQUESTS = Noun(
    name="access-requests",
    one="access request",
    says="What was asked of the client, such as data or a security review; it ages until it is answered.",
    scope="registers",
    rows=rows_of(AccessRequest),
    out=AccessRequestOut,
    orders={**ORDERS, "asked_on": "asked_on", "-asked_on": "asked_on"},
    narrow={
        **narrowings(Kind.ACCESS_REQUEST),
        "asked_for": Narrow(serializers.ChoiceField(choices=For.values, required=False), "asked_for"),
        "approver": Narrow(serializers.ChoiceField(choices=Approver.values, required=False), "approver"),
    },
    add=Act(_add, AccessRequestChange),
    change=Act(_change, AccessRequestChange),
    remove=REMOVE,
    verbs={
        "state": MOVE,
        "answer": Act(_answer, Answer, _may_answer, says="Answer it, once."),
        "chase": Act(_chase, says="Note in the log that the client was reminded."),
    },
)
