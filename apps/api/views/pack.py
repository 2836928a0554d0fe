"""Everything of an engagement as one file: its handover pack."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase, StreamingHttpResponse

from apps.accounts.models import STAFF
from apps.handover.services.exporting import archive, begin, name_of

from ..access import access, bearer_of
from .base import Resource


def _works_there(request: Any, kwargs: dict[str, Any]) -> None:
    bearer = bearer_of(request)
    request.engagement = bearer.engagements().filter(pk=kwargs["pk"]).first()
    if request.engagement is None:
        raise Http404("No such engagement.")
    if not bearer.works_on(request.engagement):
        raise PermissionDenied


@access(scopes={"GET": "handover:read"}, on=_works_there, roles=STAFF)
class Pack(Resource):
    """Everything of an engagement as a ZIP file of Markdown, CSV and YAML under a manifest, streamed."""

    media_type = "application/zip"

    def get(self, request: Any, pk: UUID) -> HttpResponseBase:
        begin(by=bearer_of(request).user, engagement=request.engagement)
        response = StreamingHttpResponse(archive(request.engagement), content_type=self.media_type)
        response["Content-Disposition"] = f'attachment; filename="{name_of(request.engagement)}.zip"'
        return response
