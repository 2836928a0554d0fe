"""An item as its page and the rows of lists show it."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.access import PersonRequest
from apps.accounts.models import User

from .. import itempages, selectors
from ..models import Engagement, Item, Kind
from ..rules import moves
from ..rules.items import INTERNAL
from ..selectors.around import own_row
from ..selectors.log_links import links_in


def head_of(user: User, item: Item, *, may_work: bool) -> dict[str, Any]:
    """What the head of an item's page says, and which buttons it has."""
    works, today = may_work and item.removed_at is None, timezone.localdate()
    said = due_words(item, today)
    return {
        "item": item,
        "engagement": item.engagement,
        "may_work": may_work,
        "words": moves.state_words(item.state),
        "tone": moves.tone(item.state),
        "buttons": moves.buttons(item.kind, item.state) if works else (),
        "may_finish": _may_finish(user, item) and not may_work,
        "due_words": said,
        "near": bool(item.due) and str(item.due) not in said,  # so that the date itself is still to be said
        "overdue": is_overdue(item, today),
        "may_hide": works and item.kind not in INTERNAL,
        "may_remove": works and item.kind not in moves.STAYS,
    }


def _may_finish(user: User, item: Item) -> bool:
    return item.kind == Kind.ACTION and item.owner_id == user.pk and item.is_open and item.engagement.is_open


def middle_of(request: PersonRequest, item: Item) -> dict[str, Any]:
    """What the kind's own app shows of an item (`middle`: its template), or else its text alone; `edit`: the
    route that changes it, empty for what may not be changed, of which `kept` says why; `text_links`: where the
    references in its text lead."""
    links = links_in(request.user, item.engagement, [item.text]) if item.text else {}
    page = itempages.page_of(item.kind)
    if page is None:
        return {"middle": "engagements/_item_text.html", "edit": "", "text_links": links}
    row = own_row(item)
    own = page.context(request, row) if page.context else {}
    edit = "" if own.get("kept") else page.edit
    return {"text_links": links, **own, "item": row, "middle": page.template, "edit": edit}


def due_words(item: Item, today: date) -> str:
    """When it is due, as one would say it: "overdue 3 days", "due tomorrow"; empty without a date."""
    if item.due is None:
        return ""
    days = (item.due - today).days
    if not item.is_open:
        return f"was due {item.due:%Y-%m-%d}"
    if days < 0:
        return f"overdue {_days(-days)}"
    near = {0: "due today", 1: "due tomorrow"}
    return near.get(days) or (f"due in {_days(days)}" if days <= 14 else f"due {item.due:%Y-%m-%d}")


def is_overdue(item: Item, today: date) -> bool:
    """Whether it should be done by now and is not."""
    return item.is_open and item.due is not None and item.due < today


def may_work(request: HttpRequest, engagement: Engagement) -> bool:
    """Whether the person may change things on the engagement; asked of the database once a request."""
    known: dict[Any, bool] = request.__dict__.setdefault("_may_work", {})
    if engagement.pk not in known:
        user = request.user
        known[engagement.pk] = isinstance(user, User) and selectors.may_work_on(user, engagement)
    return known[engagement.pk]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
