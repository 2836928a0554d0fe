"""The only writers of templates that people save."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line
from apps.core.versions import keep, lock_at

from ... import template_parts
from ...models import Engagement, Template
from ...rules.templates import reading
from ...rules.templates.content import Content
from ...rules.templates.plan import unknown_checks
from ...rules.templates.writing import plain
from ...selectors.template_lines import content_of, lines_of
from ...selectors.templates import DESCRIPTION, NAME, check_names, may_change, shipped

WHO = "Whoever saved a template changes and removes it, and so do managers and administrators."


@transaction.atomic
def save_as(
    *,
    by: User,
    engagement: Engagement,
    name: str,
    description: str = "",
    kept: Iterable[str],
    once: UUID | None = None,
) -> Template:
    """Save what an engagement shows as a template. kept: the keys of the lines (`selectors.template_lines`) that
    somebody has seen and ticked; nothing else goes into it. Raises Refused when one of them says something else by
    now, when dates run backwards, when nothing is kept, and for a name that is taken."""
    known, once = _made_already(by, once)
    if known:
        return known
    content, gone = content_of(lines_of(engagement), kept)
    if gone:
        message = (
            "What you ticked has changed since you opened this page, or is gone. Nothing was saved: look at the lines "
            "as they are now, then save."
        )
        raise Refused("changed", message, field="kept")
    return _make(by, name, description, content, once, engagement)


@transaction.atomic
def add(*, by: User, name: str, description: str, content: Content, once: UUID | None = None) -> Template:
    """Keep a template that was written as text. once: an id that the form was given, so that two clicks make one.
    Raises Refused as `change` does."""
    known, once = _made_already(by, once)
    if known:
        return known
    _require_known_checks(content, None)
    return _make(by, name, description, content, once, None)


@transaction.atomic
def change(
    *,
    by: User,
    template: Template,
    name: str,
    description: str,
    content: Content,
    version: int | None = None,
) -> Template:
    """Change a template of one's own; engagements that were started from it stay as they are. Raises Refused for
    somebody else's, for content that cannot be kept, for a check that nobody offers and that was not in it before,
    for a name that is taken, and for a `version` that is no longer the template's."""
    _require_own(by, template)
    name, description = _words(name, description)
    hold("engagements.template")
    _require_free(name, template)
    _require_sound(content, field="content")
    _require_known_checks(content, template)
    wanted = {"name": name, "description": description, "content": plain(content)}
    locked, before = lock_at(template, version, **wanted)
    if before:
        keep(locked, before)
        record(
            by=by, verb="changed", subject=locked, before=before, after={key: wanted[key] for key in before}
        )
    return locked


@transaction.atomic
def remove(*, by: User, template: Template) -> None:
    """Delete a template; what was started from it stays. Raises Refused for somebody else's."""
    _require_own(by, template)
    locked = Template.objects.select_for_update().filter(pk=template.pk).first()
    if locked is not None:
        record(by=by, verb="removed", subject=locked, name=locked.name, content=locked.content)
        locked.delete()


def _made_already(by: User, once: UUID | None) -> tuple[Template | None, UUID | None]:
    """What the first of two clicks made, and the id to make it under. The id of somebody else's template counts as
    none: whoever names it gets a template of their own."""
    if once is None:
        return None, None
    hold("engagements.once", str(once))
    known = Template.objects.filter(pk=once).first()
    if known is not None and known.by_id != by.pk:
        return None, None
    return known, once


def _make(
    by: User, name: str, description: str, content: Content, once: UUID | None, engagement: Engagement | None
) -> Template:
    name, description = _words(name, description)
    hold("engagements.template")
    _require_free(name, None)
    _require_sound(content, field="kept" if engagement else "content")
    identity = {"id": once} if once else {}
    made = Template.objects.create(
        name=name, description=description, content=plain(content), by=by, **identity
    )
    record(by=by, verb="created", subject=made, engagement=engagement, name=name, **content.counts())
    return made


def _require_own(by: User, template: Template) -> None:
    if not may_change(by, template):
        raise Refused("not_own", WHO)


def _words(name: str, description: str) -> tuple[str, str]:
    name = one_line(name, limit=NAME, field="name")
    if description.strip():
        description = one_line(description, limit=DESCRIPTION, field="description")
    return name, description.strip()


def _require_free(name: str, template: Template | None) -> None:
    taken = Template.objects.alias(key=Lower("name")).filter(key=Lower(Value(name)))
    if template is not None:
        taken = taken.exclude(pk=template.pk)
    if taken.exists() or any(one.name.lower() == name.lower() for one in shipped()):
        raise Refused(
            "name_taken", f"There is a template “{name}” already; choose another name.", field="name"
        )


def _require_sound(content: Content, *, field: str) -> None:
    """What is kept must read back as it was meant."""
    if content.is_empty:
        raise Refused(
            "empty", "An engagement would get nothing from this template; put something into it.", field=field
        )
    again, problems = reading.read(plain(content), template_parts.readers())
    if problems:
        raise Refused("content", " ".join(str(problem) for problem in problems), field=field)
    if again.counts() != content.counts():
        raise Refused("content", "This cannot be kept as it stands.", field=field)


def _require_known_checks(content: Content, template: Template | None) -> None:
    """What was in it before may stay, although nobody checks it any more."""
    before, _ = reading.read(template.content if template else {}, template_parts.readers())
    offered = check_names()
    if new := set(unknown_checks(content, offered)) - set(unknown_checks(before, offered)):
        known = ", ".join(sorted(offered))
        message = f"Nobody checks {', '.join(sorted(new))}; known checks are {known}."
        raise Refused("check", message, field="content")
