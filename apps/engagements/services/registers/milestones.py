"""Milestones: dated promises."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused

from ...models import Engagement, Kind, Milestone
from .. import items
from .checks import check_date, check_not_ahead, checked, write_once


@transaction.atomic
def add_milestone(
    *, by: User | None, engagement: Engagement, title: str, due: date, once: UUID | None = None, **wanted: Any
) -> Milestone:
    """Write down a promise; `due` is what was said first. The client sees it unless told otherwise. Raises
    Refused."""
    wanted = {"client_visible": True, **wanted, "title": title, "due": due}
    return write_once(
        by=by,
        model=Milestone,
        engagement=engagement,
        kind=Kind.MILESTONE,
        once=once,
        promised=due,
        **checked(None, engagement, wanted),
    )


@transaction.atomic
def change_milestone(*, by: User | None, item: Milestone, version: int | None, **wanted: Any) -> Milestone:
    """Change what a promise says, not its date: that takes `move_milestone`. Raises Refused."""
    return items.change(by=by, item=item, version=version, **checked(item, item.engagement, wanted))


@transaction.atomic
def move_milestone(
    *, by: User | None, item: Milestone, due: date, why: str, version: int | None = None
) -> Milestone:
    """Promise another date; what was promised first is kept, and the reason goes into the audit trail. Raises
    Refused without a reason, for a date in the past, and when it is no longer planned."""
    if not item.is_open:
        raise Refused("state", f"{item.reference} is {item.state}; only a planned milestone is moved.")
    if not why.strip():
        raise Refused("reason", "Say why the date moves; it stays in the history.", field="why")
    check_date(due, kept=item.due)
    return items.change(by=by, item=item, version=version, verb="promise moved", why=why.strip(), due=due)


@transaction.atomic
def reach_milestone(
    *, by: User | None, item: Milestone, reached_on: date, version: int | None = None
) -> Milestone:
    """Say on which day a promise was kept. Raises Refused for a day in the future, and for one that was
    dropped."""
    check_not_ahead(reached_on, field="reached_on")
    return items.move(by=by, item=item, state="reached", version=version, reached_on=reached_on)


def reached_or_not(item: Milestone, state: str) -> dict[str, Any]:
    """A milestone that is moved to "reached" without a day was reached today."""
    return {"reached_on": timezone.localdate() if state == "reached" else None}
