"""What every register asks before it writes something down."""

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, several_lines

from ...models import TEXT, TITLE, Engagement, Item, Member
from .. import items

Row = TypeVar("Row", bound=Item)


@transaction.atomic
def write_once(
    *, by: User | None, model: type[Row], engagement: Engagement, kind: str, once: UUID | None, **fields: Any
) -> Row:
    """Write down a new item. once: an id that the form was given when it was shown; what was sent twice with
    it is written down once, and given back the second time."""
    if once is not None:
        if known := written_already(by=by, model=model, engagement=engagement, once=once):
            return known
        if not Item.objects.filter(pk=once).exists():
            fields["id"] = once
    return items.write(by=by, model=model, engagement=engagement, kind=kind, **fields)


def written_already(
    *, by: User | None, model: type[Row], engagement: Engagement, once: UUID | None
) -> Row | None:
    """What that person has written down with that id. Whoever sends it at the same time waits."""
    if once is None:
        return None
    hold("engagements.once", str(once))
    return QuerySet(model).filter(pk=once, engagement=engagement, by=by).first()


def checked(item: Item | None, engagement: Engagement, wanted: dict[str, Any]) -> dict[str, Any]:
    """What is wanted of an item's own fields, fit to be kept. Raises Refused for a title that cannot
    be kept, for a new date in the past, and for an owner who could not see it. item: as it stands; None for
    a new one."""
    if "title" in wanted:
        wanted = {**wanted, "title": one_line(wanted["title"], limit=TITLE, field="title")}
    check_date(wanted.get("due"), kept=item.due if item else None)
    for name in {"text", "response"} & wanted.keys():
        wanted = {**wanted, name: several_lines(wanted[name], limit=TEXT, field=name)}
    owner = wanted.get("owner", item.owner if item else None)
    visible = wanted.get("client_visible", item.client_visible if item else False)
    if owner and (item is None or owner.pk != item.owner_id):
        check_member(owner, engagement)
    if owner and owner.role == Role.CLIENT and not visible:
        what = f"{owner.name} is a client viewer and could not see this"
        raise Refused(
            "hidden_from_owner", f"{what}: make it client-visible, or choose another.", field="owner"
        )
    return wanted


def check_date(due: date | None, *, kept: date | None = None, field: str = "due") -> None:
    """Raises Refused for a date in the past, unless it is the one that stands there already."""
    today = timezone.localdate()
    if due and due < today and due != kept:
        raise Refused("past", f"{due} lies in the past; today is {today}.", field=field)


def check_not_ahead(day: date, *, field: str) -> None:
    """Raises Refused for a day on which nothing can have happened yet."""
    today = timezone.localdate()
    if day > today:
        raise Refused("ahead", f"{day} lies in the future; today is {today}.", field=field)


def check_member(owner: User, engagement: Engagement) -> None:
    """Raises Refused for somebody who is not on the engagement."""
    if not owner.is_active or not Member.objects.filter(engagement=engagement, user=owner).exists():
        message = f"{owner.name} is not on this engagement; add them under Members first."
        raise Refused("not_a_member", message, field="owner")


def check_beside(other: Item | None, engagement: Engagement, *, field: str) -> None:
    """Raises Refused when something that an item refers to is not on the same engagement, or was removed."""
    if other and (other.engagement_id != engagement.pk or other.removed_at):
        raise Refused("elsewhere", "There is no such thing on this engagement.", field=field)
