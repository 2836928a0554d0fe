"""What is read of templates beside those that people have saved."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.models import STAFF
from apps.engagements.rules.templates.writing import plain
from apps.engagements.selectors.template_lines import Line, offered
from apps.engagements.selectors.templates import Known, shipped

from ..access import access, bearer_of, of_engagement
from ..fields import Out
from .base import Resource


class ShippedOut(Out):
    """A template that comes with Fieldwork. key: for starting an engagement; weeks: how long it takes."""

    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    weeks = serializers.IntegerField()
    content = serializers.SerializerMethodField()

    def get_content(self, template: Known) -> dict[str, Any]:
        """Phases and parts, as in its file."""
        return plain(template.content)


class ShippedPage(Out):
    """All of them."""

    results = ShippedOut(many=True)


class TemplateLineOut(Out):
    """One thing of an engagement that a template may keep. key: names it with what it says now; text_key: keeps its
    text too; stage: empty for a part; why_not: why it is left out unless somebody wants it, and of its text."""

    key = serializers.CharField()
    text_key = serializers.SerializerMethodField()
    stage = serializers.CharField()
    part = serializers.CharField()
    title = serializers.CharField()
    day = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    checklist = serializers.ListField(child=serializers.CharField())
    why_not = serializers.ListField(child=serializers.CharField())
    text_why_not = serializers.ListField(child=serializers.CharField())

    def get_text_key(self, line: Line) -> str | None:
        """Null where there is no text."""
        return line.text_key if line.text else None


class TemplateLinesOut(Out):
    """The lines, in the order of stages. cut: the parts that have more than a template holds."""

    results = TemplateLineOut(many=True)
    cut = serializers.ListField(child=serializers.CharField())


@access(scopes={"GET": "templates:read"}, roles=STAFF)
class Shipped(Resource):
    """The templates that come with Fieldwork."""

    gives = ShippedPage

    def get(self, request: Any) -> Response:
        return Response(ShippedPage({"results": shipped()}).data)


@access(scopes={"GET": "templates:read"}, on=of_engagement(None), roles=STAFF)
class TemplateLines(Resource):
    """What of an engagement a template could keep."""

    gives = TemplateLinesOut

    def get(self, request: Any, pk: UUID) -> Response:
        if not bearer_of(request).works_on(request.engagement):
            raise PermissionDenied
        found = offered(request.engagement)
        return Response(TemplateLinesOut({"results": found.lines, "cut": found.cut}).data)
