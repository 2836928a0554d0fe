"""The token with which one asks."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.access import ANY_SCOPE

from ..access import access, bearer_of
from ..fields import Moment, Out
from ..nouns.engagements import EngagementOut
from ..problems import Problem
from .base import Resource


class TokenOut(Out):
    """The token with which this was asked. person, person_id: in whose name it acts, null of an engagement's; by that
    id lists are narrowed to what is theirs; engagement: the only one that it reaches, if it is held to one."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    person = serializers.CharField(source="user.name", default=None, allow_null=True)
    person_id = serializers.UUIDField(source="user_id", allow_null=True)
    engagement = serializers.SerializerMethodField()
    expires_at = Moment()

    @extend_schema_field(EngagementOut(allow_null=True))
    def get_engagement(self, token: Any) -> dict[str, Any] | None:
        """As it is given elsewhere."""
        only = token.engagement or token.limited_to
        return dict(EngagementOut(only, context=self.context).data) if only else None


@access(scopes={"GET": ANY_SCOPE})
class OwnToken(Resource):
    """The token that is shown: whose it is, what it is good for, and until when."""

    gives = TokenOut

    def get(self, request: Any) -> Response:
        if request.auth is None:
            raise Problem(404, "no_token", "You have signed in without a token.")
        return Response(TokenOut(request.auth, context={"bearer": bearer_of(request)}).data)
