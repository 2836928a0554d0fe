"""What is due is told in the owner's morning, once for each day that counts."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.delivery.models import InboxEntry, Reminder
from apps.delivery.services import reminders
from apps.engagements.models import Approval, Engagement, Item
from apps.engagements.services import items
from tests.factories import make_engagement, make_user

from .told import action, anybody, client_of, entries, send

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 9)
NINE = datetime(2026, 3, 9, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def due(engagement: Engagement, owner: User, on: date = MONDAY, **fields: Any) -> Any:
    """Something of somebody's that is due on that day, written down long before."""
    item = action(engagement, owner=owner, due=on, **fields)
    Item.objects.filter(pk=item.pk).update(created_at=NINE - 30 * DAY)
    return item


def ask(item: Item, of: User, on: date = MONDAY, **facts: Any) -> Approval:
    return Approval.objects.create(item=item, asked_of=of, due=on, **{"created_at": NINE - 30 * DAY, **facts})


def told(to: User) -> list[str]:
    """The reminders a person has got."""
    return [entry.text for entry in entries(to) if entry.about == "due"]


def test_what_is_due_tomorrow_today_or_was_lately_is_told() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    for late in (-2, -1, 0, 1, 2, 3):
        due(engagement, maria, MONDAY - late * DAY, title=f"late {late}")
    assert reminders.remind(now=NINE) == 5
    assert sorted(told(maria)) == [
        "A-2 late -1 is due tomorrow",
        "A-3 late 0 is due today",
        "A-4 late 1 is 1 day overdue",
        "A-5 late 2 is 2 days overdue",  # its last day, the first after the date, was missed
        "A-6 late 3 is 3 days overdue",
    ]


def test_one_reminder_a_day_however_often_it_is_asked() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    item = due(engagement, maria)
    assert [reminders.remind(now=NINE + timedelta(minutes=15 * n)) for n in range(4)] == [1, 0, 0, 0]
    assert told(maria) == [f"{item} is due today"]


def test_over_two_months_it_is_told_on_the_days_that_count() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    due(engagement, maria)
    late = [n for n in range(-5, 30) if reminders.remind(now=NINE + n * DAY)]
    assert late == [-1, 0, 1, 3, 7, 14, 21, 28]


def test_days_without_fieldwork_are_made_up_for_once() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    due(engagement, maria)
    assert [reminders.remind(now=NINE + n * DAY) for n in (-1, 5, 6)] == [1, 1, 0]
    assert told(maria)[1].endswith("is 5 days overdue")


@pytest.mark.parametrize(
    ("zone", "now", "reminded"),
    [
        ("UTC", "2026-03-09T07:59", False),
        ("UTC", "2026-03-09T08:00", True),
        ("UTC", "2026-03-09T20:00", False),
        ("Asia/Kolkata", "2026-03-09T02:30", True),  # 8:00 there
        ("Asia/Kolkata", "2026-03-09T02:29", False),
        ("Pacific/Kiritimati", "2026-03-08T18:00", True),  # 8:00 of the 9th
        ("Pacific/Pago_Pago", "2026-03-09T19:00", True),  # 8:00
        ("Pacific/Pago_Pago", "2026-03-09T18:59", False),
    ],
)
def test_it_is_told_in_ones_own_morning_on_ones_own_day(zone: str, now: str, reminded: bool) -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    accounts.change_profile(by=maria, user=maria, name=maria.name, timezone=zone)
    due(engagement, maria)
    assert reminders.remind(now=datetime.fromisoformat(now).replace(tzinfo=UTC)) == reminded
    assert [text.endswith("is due today") for text in told(maria)] == [True] * reminded


def test_an_answer_that_is_due_is_told() -> None:
    engagement = make_engagement()
    maria, viewer = anybody(engagement), client_of(engagement)
    item = action(engagement, client_visible=True, title="Pilot")
    for person in (maria, viewer):
        ask(item, person)
    assert reminders.remind(now=NINE) == 2
    assert reminders.remind(now=NINE) == 0
    assert told(viewer) == ["Your answer to A-1 Pilot is due today"]


def test_an_answer_that_was_given_or_is_not_wanted_any_more_is_not() -> None:
    engagement = make_engagement()
    maria, item = anybody(engagement), action(engagement)
    ask(item, maria, answer="approved", answered_at=NINE, digest="x")
    ask(item, maria, withdrawn_at=NINE)
    assert reminders.remind(now=NINE) == 0


@pytest.mark.parametrize(
    "why", ["done", "removed", "nobody's", "written today", "hidden", "left", "deactivated"]
)
def test_nobody_is_reminded_of_what_is(why: str) -> None:
    engagement = make_engagement()
    maria = client_of(engagement) if why == "hidden" else anybody(engagement)
    item = due(engagement, maria, client_visible=why != "hidden")
    match why:
        case "done":
            items.move(by=None, item=item, state="done")
        case "removed":
            items.remove(by=None, item=item)
        case "nobody's":
            items.change(by=None, item=item, version=None, owner=None)
        case "written today":
            Item.objects.update(created_at=NINE - timedelta(hours=1))
        case "left":
            maria.memberships.all().delete()
        case "deactivated":
            accounts.deactivate(by=None, user=maria)
    assert reminders.remind(now=NINE) == 0
    assert told(maria) == []


def test_whoever_takes_it_over_is_reminded_too() -> None:
    engagement = make_engagement()
    maria, tom = anybody(engagement), anybody(engagement)
    item = due(engagement, maria)
    reminders.remind(now=NINE)
    items.change(by=maria, item=item, version=None, owner=tom)
    assert reminders.remind(now=NINE + timedelta(hours=1)) == 1
    assert (len(told(maria)), len(told(tom))) == (1, 1)


def test_everything_due_that_morning_is_one_mail() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    for _ in range(3):
        due(engagement, maria)
    InboxEntry.objects.all().delete()  # what she was given
    reminders.remind(now=NINE)
    assert send(seconds=1) == 1
    assert mail.outbox[0].subject == f"3 things are due on {engagement}"


def test_the_same_reminder_cannot_be_kept_twice() -> None:
    engagement = make_engagement()
    maria, item = anybody(engagement), action(engagement)
    asked = ask(item, maria)
    for approval in (None, asked):
        Reminder.objects.create(to=maria, item=item, approval=approval, day=MONDAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.create(to=maria, item=item, approval=approval, day=MONDAY)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_remind_once() -> None:
    engagement = make_engagement()
    maria = anybody(engagement)
    for _ in range(5):
        due(engagement, maria)
    counts: list[int] = []

    def work() -> None:
        try:
            counts.append(reminders.remind(now=NINE))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == len(told(maria)) == 5


def test_people_with_nothing_to_do_cost_nothing(django_assert_max_num_queries) -> None:
    for _ in range(20):
        make_user()
    with django_assert_max_num_queries(1):
        assert reminders.remind(now=timezone.now()) == 0
