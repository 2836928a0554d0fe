"""People who are told things."""

from datetime import timedelta
from typing import Any

from apps.accounts.models import Role, User
from apps.delivery.models import InboxEntry, Mail
from apps.delivery.services import outgoing
from apps.engagements.models import Engagement, Item, Kind, MemberRole
from apps.engagements.notices import About, Notice, tell
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

__all__ = ["about", "action", "anybody", "client_of", "entries", "later", "mails", "send", "tell_of"]


def anybody(engagement: Engagement | None = None, **facts: Any) -> User:
    """An engineer on that engagement, or on a new one."""
    return make_member(engagement or make_engagement(), user=make_user(**facts)).user


def client_of(engagement: Engagement) -> User:
    """A client viewer on the engagement."""
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


def action(engagement: Engagement, **fields: Any) -> Any:
    """Something to do on the engagement."""
    return make_item(engagement, Kind.ACTION, **fields)


def tell_of(
    item: Item, to: User, about: About = About.MENTION, text: str = "", by: User | None = None
) -> bool:
    """Tell somebody of an item."""
    return tell(Notice(about, to, by, item.engagement, item, text or f"Tom mentioned you in {item}"))


def about(to: User) -> list[str]:
    """What a person was told about, oldest first."""
    return list(InboxEntry.objects.filter(to=to).order_by("at", "pk").values_list("about", flat=True))


def entries(to: User) -> list[InboxEntry]:
    return list(InboxEntry.objects.filter(to=to).order_by("at", "pk"))


def later(**time: float) -> None:
    """So much time passes for everything that waits."""
    passed = timedelta(**time)
    for entry in InboxEntry.objects.exclude(mail_at=None):
        InboxEntry.objects.filter(pk=entry.pk).update(mail_at=entry.mail_at - passed)
    for mail in Mail.objects.exclude(next_at=None):
        Mail.objects.filter(pk=mail.pk).update(next_at=mail.next_at - passed)


def send(**passed: float) -> int:
    """What the worker does, once the time within which notices are brought together has passed."""
    later(**(passed or {"minutes": 3}))
    return outgoing.send_due()


def mails(**facts: Any) -> list[Mail]:
    return list(Mail.objects.filter(**facts).order_by("created_at"))
