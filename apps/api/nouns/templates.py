"""Templates that people have saved: how engagements of one sort begin."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.engagements import template_parts
from apps.engagements.models import Template
from apps.engagements.rules.templates import reading
from apps.engagements.rules.templates.content import Content
from apps.engagements.rules.templates.writing import plain
from apps.engagements.selectors.templates import DESCRIPTION, NAME, known_of, may_change
from apps.engagements.services import templates as services
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import is_staff

LINES = 2_000  # of an engagement that a template may keep


class TemplateOut(Out):
    """A template that somebody has saved."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    author = PersonOut(source="by", allow_null=True)
    version = serializers.IntegerField()
    created_at = Moment()


class TemplateWhole(TemplateOut):
    """A template with what it holds: the same names as in its file. problems: why it cannot be used, if so."""

    content = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()

    def get_content(self, row: Template) -> dict[str, Any]:
        """Phases and parts; days count from the start of an engagement, which is day 0."""
        return plain(known_of(row).content)

    def get_problems(self, row: Template) -> list[str]:
        """One sentence each."""
        return list(known_of(row).problems)


class TemplateChange(Strict):
    """content: whole, as the template gives it."""

    name = serializers.CharField(max_length=NAME)
    description = serializers.CharField(required=False, allow_blank=True, max_length=DESCRIPTION)
    content = serializers.DictField(required=False)


class TemplateNew(TemplateChange):
    """Either content as it is, or of an engagement the lines (`template-lines/`) that it is to keep."""

    engagement = serializers.UUIDField(required=False)
    kept = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=LINES,
        help_text="Keys of lines.",
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("content" in sent) == ("engagement" in sent) or ("kept" in sent) != ("engagement" in sent):
            words = "Send `content`, or `engagement` and `kept`."
            raise serializers.ValidationError({"content": [words]}, "required")
        return sent


def _rows(bearer: Bearer) -> QuerySet[Template]:
    """All of the house's; none for a token that is held to one engagement."""
    found = Template.objects.select_related("by").defer("content")
    return found if is_staff(bearer, None, None) else found.none()


def _read(data: Any) -> Content:
    content, problems = reading.read(data, template_parts.readers())
    if problems:
        raise Refused("content", " ".join(str(problem) for problem in problems), field="content")
    return content


def _add(asked: Asked) -> Template:
    person, sent = asked.person, {"description": "", **asked.sent}
    if "engagement" not in sent:
        sent["content"] = _read(sent["content"])
        return services.add(by=person, **sent)
    engagement = asked.bearer.engagements().filter(pk=sent.pop("engagement")).first()
    if engagement is None or not asked.bearer.works_on(engagement):
        words = "There is no such engagement on which you work."
        raise Refused("elsewhere", words, field="engagement")
    return services.save_as(by=person, engagement=engagement, **sent)


def _change(asked: Asked) -> Template:
    row, sent = asked.row, asked.sent
    said = {name: sent.get(name, getattr(row, name)) for name in ("name", "description")}
    content = _read(sent.get("content", row.content))
    return services.change(by=asked.person, template=row, version=asked.version, content=content, **said)


def _remove(asked: Asked) -> None:
    services.remove(by=asked.person, template=asked.row)


def _may_change(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return bearer.user is not None and may_change(bearer.user, row)


TEMPLATES = Noun(
    name="templates",
    one="template",
    says="How engagements of one sort begin, as people have saved them; those that Fieldwork ships are at "
    "`templates/shipped/`. Engagements that were started from one stay as they are.",
    scope="templates",
    roles=STAFF,
    rows=_rows,
    engagement="",
    out=TemplateOut,
    whole=TemplateWhole,
    orders={"name": "name", "-created_at": "created_at", "created_at": "created_at"},
    narrow={
        "q": Narrow(
            serializers.CharField(required=False, max_length=300, allow_blank=True, help_text="In its name."),
            "name__icontains",
        ),
    },
    add=Act(_add, TemplateNew, is_staff),
    change=Act(_change, TemplateChange, _may_change),
    remove=Act(_remove, Strict, _may_change, says="Delete it; what was started from it stays."),
)
