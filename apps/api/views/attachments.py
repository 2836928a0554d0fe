"""The files of attachments: taken in, and given out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.core.errors import Refused
from apps.engagements.rules.attachments import TEXTS
from apps.engagements.services.attachments import folder, require_room
from apps.engagements.views.attachments import POLICY, announced

from ..access import access, of_engagement, of_row
from ..authentication import TokenAuthentication
from ..nouns.attachments import ATTACH, ATTACHMENTS
from ..problems import Problem
from ..schema import VERB, Schema
from .base import Resource
from .nouns import OfNoun, checked


class RoomFirst(SessionAuthentication):
    """A browser's session. To look for its form token reads all of an upload, so the announced size is asked first."""

    def enforce_csrf(self, request: Any) -> None:
        """As ever, for what has room."""
        _require_room(request)
        super().enforce_csrf(request)


class UploadSchema(Schema):
    """One is made."""

    def get_auth(self) -> list[dict[str, Any]]:
        """As everywhere, though a browser's form token is looked for only once there is room."""
        return [{"token": []}, {"cookieAuth": []}]

    def get_response_serializers(self) -> Any:
        """As it stands then."""
        return {201: ATTACHMENTS.single}


class FileSchema(Schema):
    """Bytes instead of JSON."""

    def get_operation_id(self) -> str:
        """Beside the others of attachments."""
        return "attachments_file"

    def get_tags(self) -> list[str]:
        """As for the noun."""
        return [ATTACHMENTS.name]

    def get_response_serializers(self) -> Any:
        """The file."""
        return {(200, "*/*"): OpenApiTypes.BINARY}


@access(scopes={"POST": "comments:write"}, on=of_engagement(ATTACH))
class Upload(OfNoun):
    """A file for an item of the engagement."""

    noun, verb, shape = ATTACHMENTS, "upload", VERB
    authentication_classes = [TokenAuthentication, RoomFirst]
    parser_classes = [MultiPartParser]
    schema = UploadSchema()
    acts: Mapping[str, Any] = {"POST": ATTACH}
    takes: Mapping[str, Any] = {"POST": ATTACH.takes}

    def post(self, request: Any, pk: UUID) -> Response:
        _require_room(request)
        return self.once(request, lambda: self._attach(request))

    def _attach(self, request: Any) -> Any:
        row = self.do(self.asked(checked(self.fields(data=request.data))))
        return self.given_of(row, 201, place=self.noun.name)


@access(scopes={"GET": "comments:read"}, on=of_row(ATTACHMENTS, {}))
class File(Resource):
    """The file of an attachment, as bytes."""

    schema = FileSchema()

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        """Whatever is accepted: there is one way to give a file."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Any, pk: UUID) -> HttpResponseBase:
        found = request.row
        try:
            handle = (folder() / found.path).open("rb")
        except OSError:
            raise Http404("The file is gone.") from None
        charset = "; charset=utf-8" if found.media_type in TEXTS else ""
        response = FileResponse(
            handle, as_attachment=True, filename=found.name, content_type=found.media_type + charset
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = POLICY
        return response


def _require_room(request: Any) -> None:
    """Before anything is read. Raises Problem."""
    try:
        require_room(announced(request))
    except Refused as error:
        raise Problem(413, error.code, error.message) from None
