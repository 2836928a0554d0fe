"""Files that are taken in as multipart/form-data: asked about their size before anything of them is read."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.core.errors import Refused
from apps.engagements.views.attachments import announced

from ..authentication import TokenAuthentication
from ..problems import Problem
from ..schema import VERB, Schema
from .nouns import OfNoun, checked


class RoomFirst(SessionAuthentication):
    """A browser's session. To look for its form token reads all of an upload, so the announced size is asked first."""

    def enforce_csrf(self, request: Any) -> None:
        """As ever, for what has room."""
        request.parser_context["view"].require(request)
        super().enforce_csrf(request)


class UploadSchema(Schema):
    """One is made."""

    def get_auth(self) -> list[dict[str, Any]]:
        """As everywhere, though a browser's form token is looked for only once there is room."""
        return [{"token": []}, {"cookieAuth": []}]

    def get_response_serializers(self) -> Any:
        """As it stands then."""
        view = self.view
        return {202 if view.acts["POST"].later else 201: view.noun.single}


class Upload(OfNoun):
    """An address that takes a file; one of the noun is made of it."""

    verb, shape = "upload", VERB
    authentication_classes = [TokenAuthentication, RoomFirst]
    parser_classes = [MultiPartParser]
    schema = UploadSchema()

    def require_room(self, size: int) -> None:
        """Whether so many bytes may be sent. Raises Refused."""
        raise NotImplementedError

    def require(self, request: Any) -> None:
        """Before anything is read. Raises Problem."""
        try:
            self.require_room(announced(request))
        except Refused as error:
            raise Problem(413, error.code, error.message) from None

    def post(self, request: Any, **named: Any) -> Response:
        self.require(request)
        return self.once(request, lambda: self._taken(request))

    def _taken(self, request: Any) -> Any:
        row = self.do(self.asked(checked(self.fields(data=request.data))))
        status = 202 if self.acts["POST"].later else 201
        return self.given_of(row, status, place=self.noun.name)
