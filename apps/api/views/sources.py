"""What is done with sources beside what their noun says: a file is sent, and first rows are looked at."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF
from apps.connectors import presenters
from apps.connectors.services import require_size

from ..access import access, of_engagement, of_row
from ..fields import Moment, Out
from ..nouns.sources import SOURCES, UPLOAD
from .base import Resource
from .uploads import Upload


class FirstRowsOut(Out):
    """The first rows of a source. level: at which they left the site; columns: their names, as far as those may leave;
    rows: none below the level redacted, and none once the answer is a day old."""

    level = serializers.CharField(allow_null=True)
    answered_at = Moment(allow_null=True)
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


@access(scopes={"POST": "data:write"}, on=of_engagement(UPLOAD), roles=STAFF)
class SourceUpload(Upload):
    """A file for the client's folder at the local site."""

    noun = SOURCES
    acts: Mapping[str, Any] = {"POST": UPLOAD}
    takes: Mapping[str, Any] = {"POST": UPLOAD.takes}

    def require_room(self, size: int) -> None:
        """As sources have it."""
        require_size(size)


@access(scopes={"GET": "data:write"}, on=of_row(SOURCES, {}), roles=STAFF)
class FirstRows(Resource):
    """The first rows of a source, as far as its last test let them leave the site. That needs the scope of a test,
    because `data:read` promises never to show a row."""

    gives = FirstRowsOut

    def get(self, request: Any, pk: UUID) -> Response:
        source = request.row
        answer = (source.looked.answer if source.looked else None) or {}
        shown = {
            "level": answer.get("level"),
            "answered_at": source.looked.answered_at if answer else None,
            "columns": [column["name"] for column in answer.get("columns", [])],
            "rows": presenters.first_rows(source),
        }
        return Response(FirstRowsOut(shown).data)
