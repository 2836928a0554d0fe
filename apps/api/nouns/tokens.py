"""Tokens: whose they are, what they are good for, and their end."""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from apps.accounts.models import Role
from apps.tokens import services
from apps.tokens.models import Token
from apps.tokens.rules import terms
from apps.tokens.selectors import Bearer, may_revoke

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun


class KnownTokenOut(Out):
    """A token, but for its text, which is told where it is made and kept nowhere. begins: how it begins; person: whose
    it is, null of an engagement's; limited_to: the only engagement that a person's reaches; used_from: a network."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    begins = serializers.CharField(source="public")
    scopes = serializers.ListField(child=serializers.CharField())
    person = PersonOut(source="user", allow_null=True)
    engagement = serializers.UUIDField(source="engagement_id", allow_null=True)
    limited_to = serializers.UUIDField(source="limited_to_id", allow_null=True)
    state = serializers.ChoiceField(choices=terms.STATES)
    author = PersonOut(source="created_by", allow_null=True)
    used_at = Moment(allow_null=True)
    used_from = serializers.CharField(allow_null=True)
    expires_at = Moment()
    revoked_at = Moment(allow_null=True)
    created_at = Moment()


def _rows(bearer: Bearer) -> QuerySet[Token]:
    """As on the pages: one's own, those of engagements within reach, for administrators everybody's. With a token for
    one engagement, those of that one, and itself."""
    known = Token.objects.select_related("user", "engagement__client", "created_by")
    user, token = bearer.user, bearer.token
    within = (
        Q(engagement__in=bearer.engagements().order_by().values("pk")) if bearer.is_staff else Q(pk__in=[])
    )
    if user is None:
        return known.filter(within)
    if token is not None and token.limited_to_id is not None:
        return known.filter(within | Q(pk=token.pk))
    return known if user.role == Role.ADMIN else known.filter(within | Q(user=user))


def _revoke(asked: Asked) -> Any:
    services.revoke(by=asked.person, token=asked.row)
    return asked.row


def _may_revoke(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return bearer.user is not None and may_revoke(bearer.user, row)


TOKENS = Noun(
    name="tokens",
    one="token",
    says="Tokens: yours, those of engagements, and for administrators everybody's. None is made this way, as a leaked "
    "one could then outlive its end.",
    scope="tokens",
    rows=_rows,
    engagement="",
    out=KnownTokenOut,
    narrow={
        "engagement": Narrow(serializers.UUIDField(required=False), "engagement"),
        "person": Narrow(serializers.UUIDField(required=False), "user"),
    },
    verbs={
        "revoke": Act(_revoke, Strict, _may_revoke, says="Let it work no more, from the next request on.")
    },
)
