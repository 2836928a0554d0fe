"""Files that are brought along: taken in, and what was refused of them given back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse

from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.engagements.rules.imports.table import MOST_BYTES
from apps.engagements.services import imports

from ..access import access, of_engagement, of_row
from ..nouns.imports import IMPORTS, UPLOAD
from ..schema import Schema
from .base import Resource
from .uploads import Upload


class RefusedSchema(Schema):
    """Beside the others of imports."""

    def get_operation_id(self) -> str:
        """imports_refused."""
        return "imports_refused"

    def get_tags(self) -> list[str]:
        """As for the noun."""
        return [IMPORTS.name]


@access(scopes={"POST": "imports:write"}, on=of_engagement(UPLOAD), roles=STAFF)
class ImportUpload(Upload):
    """A file whose rows are brought along."""

    noun = IMPORTS
    acts: Mapping[str, Any] = {"POST": UPLOAD}
    takes: Mapping[str, Any] = {"POST": UPLOAD.takes}

    def require_room(self, size: int) -> None:
        """As its form asks."""
        if size > MOST_BYTES:
            raise Refused(
                "too_large", f"At most {MOST_BYTES >> 20} MB of a file are taken at once. Split it."
            )


@access(scopes={"GET": "imports:read"}, on=of_row(IMPORTS, {}), roles=STAFF)
class RefusedRows(Resource):
    """The rows that are refused, as CSV with what is wrong with each, to be mended and sent again."""

    media_type = "text/csv"
    schema = RefusedSchema()

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        """Whatever is accepted: there is one way to give them."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Any, pk: UUID) -> HttpResponseBase:
        pending = request.row
        taken = pending.taken_at is not None
        rows = iter([bytes(pending.content).decode()]) if taken else imports.refused_rows(pending)
        response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="refused-{pending.what}.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
