"""The only writers of engagements."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from apps.accounts.models import Role, User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, slug_of
from apps.core.versions import keep, lock_at

from ..models import Client, Engagement, MemberRole
from ..rules.budgets import MOST
from ..rules.endings import CLOSED_WORDS
from ..rules.grammar_hours import written
from .exit_criteria import give_gates
from .members import add_member
from .slugs import free

_FIRST, _LAST = 2000, 2100  # years
_NAMES = {"name": "name", "starts_on": "begins on", "budget_minutes": "budget"}


@transaction.atomic
def ensure_engagement(*, by: User | None, client: Client, name: str, **beginning: Any) -> Engagement:
    """The client's engagement of that name in whatever case, made with its gates if absent; an FDE who makes one
    leads it. beginning: further fields of one that is made."""
    name = one_line(name, limit=120, field="engagement")
    hold("engagements.engagement", str(client.pk))
    if known := _named(client, name):
        return known
    slug = free(slug_of(name), client.engagements.values_list("slug", flat=True))
    engagement = Engagement.objects.create(client=client, name=name, slug=slug, **beginning)
    record(by=by, verb="created", subject=engagement, engagement=engagement)
    give_gates(by=by, engagement=engagement)
    if by is not None and by.role == Role.FDE:
        add_member(by=by, engagement=engagement, user=by, role=MemberRole.LEAD)
    return engagement


@transaction.atomic
def change_engagement(
    *,
    by: User | None,
    engagement: Engagement,
    name: str,
    starts_on: date,
    budget_minutes: int | None,
    version: int | None = None,
) -> None:
    """Change what is kept of an engagement itself. budget_minutes: of work, None for no budget. Raises Refused for a
    name that cannot be kept or is another engagement's of this client, for a day in another century, for a budget of
    nothing, for an engagement that is closed, and for a `version` that is no longer the engagement's."""
    name = one_line(name, limit=120, field="name")
    if not _FIRST <= starts_on.year <= _LAST:
        raise Refused("far", f"This is no day between {_FIRST} and {_LAST}.", field="starts_on")
    if budget_minutes is not None and not 0 < budget_minutes <= MOST:
        raise Refused(
            "budget", "A budget is more than nothing; leave it empty for none.", field="budget_minutes"
        )
    hold("engagements.engagement", str(engagement.client_id))
    wanted = {"name": name, "starts_on": starts_on, "budget_minutes": budget_minutes}
    locked, before = lock_at(engagement, version, **wanted)
    if not before:
        return
    if not locked.is_open:
        raise Refused("closed", CLOSED_WORDS)
    if "name" in before and (other := _named(locked.client, name)) and other.pk != locked.pk:
        message = f"{locked.client} has an engagement {other.name} already."
        raise Refused("name_taken", message, field="name")
    keep(locked, before)
    for field in (*before, "version"):
        setattr(engagement, field, getattr(locked, field))
    after = {field: wanted[field] for field in before}
    sides = {"before": _said(before), "after": _said(after)}
    record(by=by, verb="changed", subject=locked, engagement=locked, **sides)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """Values of fields as the history of the engagement says them."""
    said = {_NAMES[field]: value for field, value in values.items()}
    return {**said, **({"budget": written(said["budget"]) or "none"} if "budget" in said else {})}


def _named(client: Client, name: str) -> Engagement | None:
    return client.engagements.alias(key=Lower("name")).filter(key=Lower(Value(name))).first()
