"""What the page of all items shows of a use case or a criterion: when it was removed, or is to be approved."""

from typing import Any

from django.http import HttpRequest

from apps.engagements.models import Item

from ..gatekeeping import goal_words


def criterion(request: HttpRequest, item: Item) -> dict[str, Any]:
    """What decides, in words."""
    return {"goal": goal_words(item)}  # type: ignore[arg-type]  # the registry gives the row of its own model
