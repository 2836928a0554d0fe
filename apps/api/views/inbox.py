"""All of an inbox at once."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from ..access import access
from ..fields import Out
from ..nouns.inbox import INBOX, READ_ALL
from ..schema import VERB, Schema
from ..services.answers import Given
from .nouns import OfNoun, checked


class MarkedOut(Out):
    """How many were unread until now."""

    marked = serializers.IntegerField()


class MarkedSchema(Schema):
    """A number instead of a row."""

    def get_response_serializers(self) -> Any:
        """How many."""
        return {200: MarkedOut}


@access(scopes={"POST": "inbox:write"})
class ReadAll(OfNoun):
    """Your inbox, as far as you have looked at it."""

    noun, verb, shape = INBOX, "read-all", VERB
    schema = MarkedSchema()
    acts: Mapping[str, Any] = {"POST": READ_ALL}
    takes: Mapping[str, Any] = {"POST": READ_ALL.takes}

    def post(self, request: Any) -> Response:
        return self.once(request, self._mark)

    def _mark(self) -> Given:
        return Given(200, {"marked": self.do(self.asked(checked(self.fields(data=self.request.data))))})
