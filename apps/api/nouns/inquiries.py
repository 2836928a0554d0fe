"""What looks and rehearsals have in common: a question to a site, answered later and kept for a day."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.connectors.rules.steps import facts_in_words
from apps.dataplane.contract.errors import text_of
from apps.dispatch.selectors import is_present

from ..fields import Moment, Out, PersonOut

STATES = ["waiting", "away", "answered", "failed"]


class InquiryTroubleOut(Out):
    """Why there is no answer. facts: harmless ones, such as a line's number."""

    code = serializers.CharField()
    text = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField())


class InquiryOut(Out):
    """A question to a site, kept for a day. state: waiting for its answer; away, which is waiting for a site that has
    not been heard of lately; answered; failed, and then its trouble says why."""

    id = serializers.UUIDField(source="pk")
    engagement = serializers.UUIDField(source="engagement_id")
    state = serializers.SerializerMethodField()
    site = serializers.CharField(source="plan.site.name")
    asked_by = PersonOut(allow_null=True)
    asked_at = Moment()
    answered_at = Moment(allow_null=True)
    trouble = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "enum": STATES})
    def get_state(self, inquiry: Any) -> str:
        """One of STATES."""
        if inquiry.is_open:
            return "waiting" if is_present(inquiry.plan.site) else "away"
        return "failed" if inquiry.failure else "answered"

    @extend_schema_field(InquiryTroubleOut(allow_null=True))
    def get_trouble(self, inquiry: Any) -> Any:
        """Null unless it has failed."""
        if not inquiry.failure:
            return None
        code, facts = inquiry.failure["code"], dict(facts_in_words(inquiry.failure["facts"]))
        return {"code": code, "text": text_of(code), "facts": facts}
