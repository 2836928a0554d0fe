"""Risks, assumptions, issues, dependencies."""

from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import Refused

from ...models import Engagement, Kind, Level, Raid
from .. import items
from .checks import checked, write_once

KINDS = (Kind.RISK, Kind.ASSUMPTION, Kind.ISSUE, Kind.DEPENDENCY)


@transaction.atomic
def add_raid(
    *, by: User | None, engagement: Engagement, kind: str, title: str, once: UUID | None = None, **wanted: Any
) -> Raid:
    """Write down a RAID item; a risk whose likelihood is not said has a medium one. Raises Refused."""
    if kind not in KINDS:
        raise Refused("kind", "A RAID item is a risk, an assumption, an issue or a dependency.", field="kind")
    wanted = _judged(kind, checked(None, engagement, {**wanted, "title": title}))
    return write_once(by=by, model=Raid, engagement=engagement, kind=kind, once=once, **wanted)


@transaction.atomic
def change_raid(*, by: User | None, item: Raid, version: int | None, **wanted: Any) -> Raid:
    """Change a RAID item. Raises Refused."""
    wanted = checked(item, item.engagement, wanted)
    if "likelihood" in wanted:
        wanted = _judged(item.kind, wanted)
    return items.change(by=by, item=item, version=version, **wanted)


def _judged(kind: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Only a risk has a likelihood, and it always has one."""
    likelihood = (wanted.get("likelihood") or Level.MEDIUM) if kind == Kind.RISK else ""
    return {**wanted, "likelihood": likelihood}
