"""The schema of the API, and its documentation page."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from rest_framework.response import Response

from apps.accounts.access import ANY_SCOPE, EVERYONE, PersonRequest
from apps.accounts.access import access as declare

from ..access import access
from .base import Resource


@cache
def schema() -> dict[str, Any]:
    """The whole of it (OpenAPI 3.1); the same for everybody, as it tells of addresses and no rows."""
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@access(scopes={"GET": ANY_SCOPE})
class SchemaOfAll(Resource):
    """The schema of the API, which says nothing of itself."""

    schema = None

    def get(self, request: Any) -> Response:
        return Response(schema())


@declare(roles=EVERYONE)
def documentation(request: PersonRequest) -> HttpResponse:
    return render(request, "api/documentation.html")
