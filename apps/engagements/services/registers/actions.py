"""Actions: tasks with an owner and a date."""

from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import Refused

from ...models import Action, Engagement, Kind
from .. import items, moves
from .checks import checked, write_once


@transaction.atomic
def add_action(
    *, by: User | None, engagement: Engagement, title: str, once: UUID | None = None, **wanted: Any
) -> Action:
    """Write down an action. Raises Refused, among others for a date in the past."""
    wanted = checked(None, engagement, {**wanted, "title": title})
    return write_once(by=by, model=Action, engagement=engagement, kind=Kind.ACTION, once=once, **wanted)


@transaction.atomic
def change_action(*, by: User | None, item: Action, version: int | None, **wanted: Any) -> Action:
    """Change an action; a date that has passed meanwhile may stay. Raises Refused."""
    return items.change(by=by, item=item, version=version, **checked(item, item.engagement, wanted))


@transaction.atomic
def finish_own(*, by: User, item: Action) -> Action:
    """Say that an action of one's own is done; a client's viewers can do no more than that. Raises Refused for
    somebody else's, and for one that is over."""
    if item.owner_id != by.pk:
        raise Refused("not_own", f"{item.reference} is not yours.")
    if not item.is_open:
        raise Refused("over", f"{item.reference} is {item.state} already.")
    return moves.press(by=by, item=item, state="done", seen=item.state)
