"""Approvals: the client's people are asked to approve a gate or a success criterion, and answer by name."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.core.errors import Refused
from apps.engagements import approvals as registry
from apps.engagements.models import Answer, Approval, Item
from apps.engagements.selectors.approvals import may_be_asked, state_of
from apps.engagements.services import approvals as services
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import ItemInPassing, reached


class ApprovalOut(Out):
    """Somebody is asked to approve an item. answer: empty until there is one; words: what they said with it;
    withdrawn_at: when the request was taken back."""

    id = serializers.UUIDField()
    item = ItemInPassing()
    engagement = serializers.UUIDField(source="item.engagement_id")
    asked_of = PersonOut()
    asked_by = PersonOut(allow_null=True)
    due = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    answer = serializers.ChoiceField(choices=[("", "None yet"), *Answer.choices])
    answered_at = Moment(allow_null=True)
    words = serializers.CharField()
    withdrawn_at = Moment(allow_null=True)
    created_at = Moment()


class ApprovalWhole(ApprovalOut):
    """A request by itself. state: open, approved, declined, withdrawn, or earlier: approved, and changed since; seen:
    names what there is to approve now, for the answer."""

    state = serializers.SerializerMethodField()
    seen = serializers.SerializerMethodField()

    def get_state(self, approval: Approval) -> str:
        """Whether it still counts."""
        return state_of(approval, _digest_of(approval))

    def get_seen(self, approval: Approval) -> str:
        """A digest."""
        return _digest_of(approval)


class ApprovalNew(Strict):
    """Whom, and of what: a gate, or a success criterion that is client-visible."""

    item = serializers.UUIDField()
    person = serializers.UUIDField(help_text="A client viewer who is a member.")
    due = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=services.WORDS)


class AnswerFields(Strict):
    """One's own answer, once. words: needed to decline; seen: as the request gives it, so that nothing else is approved
    than what was looked at."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    words = serializers.CharField(required=False, allow_blank=True, max_length=services.WORDS)
    seen = serializers.CharField(required=False, allow_blank=True, max_length=64)


def _digest_of(approval: Approval) -> str:
    """Of what there is to approve now; looked up once for each row."""
    known: str | None = getattr(approval, "_digest_now", None)
    if known is None:
        item = approval.item
        known = registry.digest_of(item) if registry.may_be_approved(item.kind) else ""
        approval._digest_now = known  # type: ignore[attr-defined]
    return known


def _rows(bearer: Bearer) -> QuerySet[Approval]:
    found = Approval.objects.filter(item__in=bearer.items(Item).order_by().values("pk"))
    return found.select_related("item__engagement__client", "asked_of", "asked_by").defer("item__search")


def _ask(asked: Asked) -> Approval:
    sent = dict(asked.sent)
    item, wanted = reached(asked, Item, "item"), sent.pop("person")
    sent.pop("item")
    person = next((one for one in may_be_asked(asked.engagement) if one.pk == wanted), None)
    if person is None:
        words = "Only client viewers who are members here approve for the client."
        raise Refused("not_the_client", words, field="person")
    return services.ask(by=asked.by, item=item, people=[person], **sent)[0]


def _answer(asked: Asked) -> Approval:
    return services.answer(by=asked.person, approval=asked.row, **asked.sent)


def _withdraw(asked: Asked) -> Any:
    services.withdraw(by=asked.by, approval=asked.row)
    return asked.row


def _is_asked(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return bearer.user is not None and row.asked_of_id == bearer.user.pk


APPROVALS = Noun(
    name="approvals",
    one="approval",
    says="The client's people are asked to approve gates and success criteria, and answer under their own names, once. "
    "Whoever has been asked already and has not answered is not asked twice.",
    scope="gates",
    rows=_rows,
    engagement="item__engagement",
    out=ApprovalOut,
    whole=ApprovalWhole,
    narrow={
        "item": Narrow(serializers.UUIDField(required=False), "item"),
        "asked_of": Narrow(serializers.UUIDField(required=False, help_text="A person."), "asked_of"),
        "waiting": Narrow(
            serializers.BooleanField(
                required=False, allow_null=True, default=None, help_text="Whether an answer is waited for."
            ),
            lambda rows, waits, bearer: (
                rows.filter(answer="", withdrawn_at=None)
                if waits
                else rows.exclude(answer="", withdrawn_at=None)
            ),
        ),
    },
    add=Act(_ask, ApprovalNew),
    verbs={
        "answer": Act(_answer, AnswerFields, _is_asked, says="Answer it, once, in one's own name."),
        "withdraw": Act(_withdraw, says="Take back a request that nobody has answered."),
    },
)
