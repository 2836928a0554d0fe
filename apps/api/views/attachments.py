"""The files of attachments: taken in, and given out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes

from apps.engagements.rules.attachments import TEXTS
from apps.engagements.services.attachments import folder, require_room
from apps.engagements.views.attachments import POLICY

from ..access import access, of_engagement, of_row
from ..nouns.attachments import ATTACH, ATTACHMENTS
from ..schema import Schema
from .base import Resource
from .uploads import Upload


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
class AttachmentUpload(Upload):
    """A file for an item of the engagement."""

    noun = ATTACHMENTS
    acts: Mapping[str, Any] = {"POST": ATTACH}
    takes: Mapping[str, Any] = {"POST": ATTACH.takes}

    def require_room(self, size: int) -> None:
        """As attachments have it."""
        require_room(size)


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
