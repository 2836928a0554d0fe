"""Stakeholders: somebody at the client who matters. Never shown to the client."""

from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import Refused

from ...models import Engagement, Kind, Stakeholder
from .. import items
from .checks import checked, write_once


@transaction.atomic
def add_stakeholder(
    *, by: User | None, engagement: Engagement, title: str, once: UUID | None = None, **wanted: Any
) -> Stakeholder:
    """Write down a stakeholder; `title` is their name. Raises Refused, also when it is to be client-visible."""
    wanted = _internal(checked(None, engagement, {**wanted, "title": title}))
    return write_once(
        by=by, model=Stakeholder, engagement=engagement, kind=Kind.STAKEHOLDER, once=once, **wanted
    )


@transaction.atomic
def change_stakeholder(
    *, by: User | None, item: Stakeholder, version: int | None, **wanted: Any
) -> Stakeholder:
    """Change a stakeholder. Raises Refused."""
    return items.change(
        by=by, item=item, version=version, **_internal(checked(item, item.engagement, wanted))
    )


def _internal(wanted: dict[str, Any]) -> dict[str, Any]:
    if wanted.get("client_visible"):
        raise Refused("internal", "Stakeholders are never shown to the client.", field="client_visible")
    return wanted
