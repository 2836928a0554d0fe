"""What somebody wants to be told."""

from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import User
from apps.delivery import services
from apps.delivery.rules import preferences
from apps.delivery.rules.preferences import EMAIL, INBOX
from apps.delivery.selectors import said_by

from ..access import access, bearer_of
from ..fields import Out, Strict
from ..noun import Asked
from ..schema import Schema
from .base import Resource
from .nouns import checked


class NoticeOut(Out):
    """One kind of notice, and whether it reaches you by inbox and by e-mail. when: you get one."""

    about = serializers.CharField()
    name = serializers.CharField()
    when = serializers.CharField()
    inbox = serializers.BooleanField()
    email = serializers.BooleanField()


class NoticesOut(Out):
    """Every kind that you may be told of."""

    notices = NoticeOut(many=True)


class NoticeChoice(Strict):
    """What is left out stays."""

    about = serializers.ChoiceField(choices=list(preferences.ABOUT))
    inbox = serializers.BooleanField(required=False, allow_null=True)
    email = serializers.BooleanField(required=False, allow_null=True)


class NoticesChange(Strict):
    """The kinds that are to reach you otherwise."""

    notices = NoticeChoice(many=True, max_length=len(preferences.ABOUT))  # type: ignore[call-arg]


class NoticesSchema(Schema):
    """Read, and changed in part."""

    def get_operation_id(self) -> str:
        """notices_get, notices_change."""
        return f"notices_{'get' if self.method == 'GET' else 'change'}"

    def get_summary(self) -> str:
        """In a few words."""
        return "Read it" if self.method == "GET" else "Change some of it"

    def get_request_serializer(self) -> Any:
        """What is sent."""
        return None if self.method == "GET" else NoticesChange


@access(scopes={"GET": "notices:read", "PATCH": "notices:write"})
class Notices(Resource):
    """What you are told of, by inbox and by e-mail. Not for a token that is held to one engagement."""

    gives = NoticesOut
    schema = NoticesSchema()

    def get(self, request: Any) -> Response:
        return Response(_notices(_everywhere(request)))

    def patch(self, request: Any) -> Response:
        person = _everywhere(request)
        sent = checked(NoticesChange(data=request.data))["notices"]
        wanted = {
            (one["about"], channel): one[channel]
            for one in sent
            for channel in (INBOX, EMAIL)
            if one.get(channel) is not None
        }
        services.choose(by=person, user=person, wanted=wanted)
        return Response(_notices(person))


def _everywhere(request: Any) -> User:
    """Who asks, with a token for all that they see. Raises PermissionDenied."""
    bearer = bearer_of(request)
    if bearer.token is not None and bearer.token.limited_to_id is not None:
        raise PermissionDenied
    return Asked(bearer, None, None, {}).person


def _notices(person: User) -> Any:
    said = said_by(person)
    found = [
        {
            "about": about,
            "name": name,
            "when": when,
            **{channel: preferences.wanted(said, about, channel) for channel in (INBOX, EMAIL)},
        }
        for about, (name, when) in preferences.offered(staff=person.is_staff_member).items()
    ]
    return NoticesOut({"notices": found}).data
