"""An action's checklist as its page shows it."""

from typing import Any

from django.http import HttpRequest

from apps.accounts.models import User

from ..models import Action
from .items import may_work


def checklist_of(request: HttpRequest, item: Action) -> dict[str, Any]:
    """Its lines, how many of them are ticked, and what the person may do with them."""
    user = request.user
    lines = list(item.checklist.select_related("ticked_by"))
    ticked = sum(line.ticked_at is not None for line in lines)
    works = may_work(request, item.engagement) and item.removed_at is None
    own = isinstance(user, User) and item.owner_id == user.pk and item.engagement.is_open
    return {
        "lines": lines,
        "ticked": ticked,
        "unticked": len(lines) - ticked,
        "may_tick": works or own,
        "may_list": works,
    }
