"""Reminds people of what is due, once for each day that counts (`rules.due`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.engagements.models import Approval, Item
from apps.engagements.notices import About, Notice, tell
from apps.engagements.selectors import items_visible_to

from ..models import Reminder
from ..rules import due as rules


@dataclass(frozen=True)
class _Due:
    """Something of somebody's that is due; `approval`: their answer, else the item itself."""

    item: Item
    approval: Approval | None
    on: date

    def in_words(self, today: date) -> str:
        what = f"Your answer to {self.item}" if self.approval else str(self.item)
        return f"{what} {rules.in_words(self.on, today)}"


def remind(*, now: datetime | None = None) -> int:
    """Remind everybody whose morning has come. Returns how many reminders there were. May run as often as one
    likes, and beside another one."""
    now, told = now or timezone.now(), 0
    last = rules.last_day_of_interest(now.date()).toordinal() + 1  # it may be tomorrow already, elsewhere
    latest = date.fromordinal(last)
    owe = Item.objects.filter(due__lte=latest, closed_at=None, removed_at=None).values("owner")
    asked = Approval.objects.filter(due__lte=latest, answer="", withdrawn_at=None).values("asked_of")
    for person in User.objects.filter(Q(pk__in=owe) | Q(pk__in=asked), is_active=True):
        local = now.astimezone(ZoneInfo(person.timezone))
        if rules.is_time(local):
            told += sum(_remind_of(person, thing, local.date()) for thing in _due_for(person, local))
    return told


def _due_for(person: User, local: datetime) -> Iterator[_Due]:
    """What is due of a person, as far as they see it. What was written down today, they know."""
    seen = (
        items_visible_to(person, Item).filter(engagement__closed_at=None).select_related("engagement__client")
    )
    latest = rules.last_day_of_interest(local.date())
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for item in seen.filter(owner=person, closed_at=None, due__lte=latest, created_at__lt=midnight):
        if item.due:
            yield _Due(item, None, item.due)
    asked = Approval.objects.filter(
        asked_of=person, answer="", withdrawn_at=None, due__lte=latest, created_at__lt=midnight
    )
    for approval in asked.filter(item__in=seen.values("pk")).select_related("item__engagement__client"):
        if approval.due:
            yield _Due(approval.item, approval, approval.due)


@transaction.atomic
def _remind_of(person: User, thing: _Due, today: date) -> bool:
    """Whether this reminder was still to be given."""
    day = rules.day_that_counts(thing.on, today)
    if day is None:
        return False
    _, new = Reminder.objects.get_or_create(to=person, item=thing.item, approval=thing.approval, day=day)
    if new:
        item = thing.item
        tell(Notice(About.DUE, person, None, item.engagement, item, thing.in_words(today)))
    return new
