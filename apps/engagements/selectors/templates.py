"""Reads of templates: those that Fieldwork ships and those that people have saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User

from .. import checks, template_parts
from ..models import Template
from ..rules.templates import document, reading
from ..rules.templates.content import Content
from ..rules.templates.fields import Problem
from ..rules.templates.plan import Plan, planned, unknown_checks
from .engagements import SEE_ALL

SHIPPED = Path(__file__).parent.parent / "shipped"
NAME, DESCRIPTION = 120, 400  # characters
OFFERED = 200  # templates


@dataclass(frozen=True)
class Known:
    """A template that an engagement may start from. key: how a form names it; problems: why it cannot be used, one
    sentence each; row: of one that somebody has saved."""

    key: str
    name: str
    description: str
    content: Content
    problems: tuple[str, ...] = ()
    row: Template | None = None

    @property
    def is_shipped(self) -> bool:
        return self.row is None

    @property
    def weeks(self) -> int:
        """How long it takes, in weeks that have begun."""
        return -(-self.content.days // 7)

    @property
    def unknown_checks(self) -> list[str]:
        """The checks that it asks for and nobody offers any more."""
        return unknown_checks(self.content, check_names())

    def get_absolute_url(self) -> str:
        """Its page."""
        return self.row.get_absolute_url() if self.row else reverse("templates:shipped", args=[self.key])


@dataclass(frozen=True)
class Choice:
    """A saved template as a form offers it; what it holds is read once it is chosen (`find`)."""

    key: str
    name: str
    description: str


def shipped() -> list[Known]:
    """The templates that come with Fieldwork, in the order of their files."""
    return list(_shipped(tuple(part.name for part in template_parts.everyone())))


def rows() -> QuerySet[Template]:
    """The templates that people have saved, by name."""
    return Template.objects.select_related("by").order_by(Lower("name"), "pk")


def own() -> list[Choice]:
    """Those of them that a form offers: at most OFFERED, and without reading what they hold."""
    found = Template.objects.order_by(Lower("name"), "pk").values_list("pk", "name", "description")
    return [Choice(str(pk), name, description) for pk, name, description in found[:OFFERED]]


def known_of(row: Template) -> Known:
    """A saved template as it reads today."""
    content, problems = reading.read(row.content, template_parts.readers())
    said = tuple(str(problem) for problem in problems)
    return Known(str(row.pk), row.name, row.description, content, said, row)


def find(key: str) -> Known | None:
    """The template of that key, if it is (still) there."""
    if found := next((one for one in shipped() if one.key == key), None):
        return found
    try:
        row = Template.objects.select_related("by").filter(pk=UUID(key)).first()
    except ValueError:
        return None
    return known_of(row) if row else None


def may_change(user: User, template: Template) -> bool:
    """Whether a person may change and remove a template: their own, and managers and administrators every one."""
    return user.role in SEE_ALL or template.by_id == user.pk


def check_names() -> frozenset[str]:
    """The names of the checks that somebody offers now."""
    return frozenset(check.name for check in checks.everyone())


def plan_of(content: Content, *, starts_on: date) -> Plan:
    """What an engagement that starts on that day gets of a template today."""
    parts = [part.name for part in template_parts.everyone()]
    return planned(
        content, starts_on=starts_on, today=timezone.localdate(), checks=check_names(), parts=parts
    )


@cache
def _shipped(parts: tuple[str, ...]) -> tuple[Known, ...]:
    """parts: who could read them when they were read."""
    return tuple(_from_file(path) for path in sorted(SHIPPED.glob("*.yml")))


def _from_file(path: Path) -> Known:
    name, description, content, problems = read_text(path.read_text())
    return Known(path.stem.partition("-")[2], name, description, content, tuple(problems))


def read_text(text: str) -> tuple[str, str, Content, list[str]]:
    """Name, description and content of a template's YAML, and what is wrong with it: one sentence each, with the
    line. Name and description are empty where the text does not say them."""
    found = document.read(text)
    data = found.data if isinstance(found.data, dict) else {}
    said = {name: data.pop(name, "") for name in ("name", "description")}
    problems = list(found.problems)
    for name, limit in (("name", NAME), ("description", DESCRIPTION)):
        if not isinstance(said[name], str) or len(" ".join(said[name].split())) > limit:
            problems.append(Problem((name,), f"This is a text of at most {limit} characters."))
            said[name] = ""
    content = Content()
    if not found.problems:
        content, wrong = reading.read(data, template_parts.readers())
        problems += wrong
    name, description = (" ".join(said[each].split()) for each in ("name", "description"))
    return name, description, content, _in_order(found, problems)


def _in_order(found: document.Document, problems: Iterable[Problem]) -> list[str]:
    def line(problem: Problem) -> int:
        places = (found.lines.get(problem.path[:end], 0) for end in range(len(problem.path), 0, -1))
        return next((place for place in places if place), 0)

    return [found.says(problem) for problem in sorted(problems, key=line)]
