"""What is known of use, read from what was rolled up: never from events."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from ..models import DayActive, DayTotal, Name, Slice, Usage
from ..rules.periods import WINDOW, Period
from ..rules.suppression import hidden

UNNAMED = {Slice.TEAM: "No team", Slice.WORKFLOW: "No workflow"}


@dataclass
class Counts:
    """Sums over days, as `models.Counted` has them; latencies: {bucket: answers}; costs: {currency: amount}."""

    events: int = 0
    intentional: int = 0
    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    abandoned: int = 0
    up: int = 0
    down: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    latencies: Counter[int] = field(default_factory=Counter)
    costs: dict[str, Decimal] = field(default_factory=dict)


SUMMED = [each.name for each in fields(Counts) if each.type is int]


@dataclass(frozen=True, slots=True)
class Day:
    """A local day; dau, wau and mau are None where they are hidden."""

    day: date
    dau: int | None
    wau: int | None
    mau: int | None


@dataclass(frozen=True)
class Group:
    """A team or a workflow over a period. users: in the 28 days up to its last day; users_before: up to the last day
    of the period before. All that is said of a hidden one is its name."""

    number: int
    name: str
    hidden: bool
    users: int = 0
    users_before: int = 0
    counts: Counts = field(default_factory=Counts)


def days_of(usage: Usage, period: Period, slice: str = Slice.ALL, number: int = 0) -> list[Day]:
    """Each day of the period. Of a team or a workflow, what fewer than k users did is hidden. One query."""
    rows = {
        row.day: row
        for row in DayActive.objects.filter(
            engagement=usage.engagement_id,
            slice=slice,
            name=number,
            day__range=(period.first, period.last),
        ).only("day", "active_1", "active_7", "active_28")
    }
    least = 0 if slice == Slice.ALL else usage.smallest
    return [_day(day, rows.get(day), least) for day in period.days]


def counts_of(usage: Usage, period: Period, slice: str = Slice.ALL, number: int = 0) -> Counts:
    """The period's sums, of all or of one team or workflow. One query."""
    rows = DayTotal.objects.filter(
        engagement=usage.engagement_id, slice=slice, name=number, day__range=(period.first, period.last)
    )
    return _summed(rows)


def groups_of(usage: Usage, period: Period, slice: str) -> list[Group]:
    """Every team, or every workflow, that had users in the 28 days up to the period's last day or those before; most
    users first, hidden ones last. Three queries."""
    now = _users(usage, slice, period.last)
    before = _users(usage, slice, period.before.last)
    away = hidden(now, usage.smallest) | hidden(before, usage.smallest)
    sums = _sums(usage, period, slice)
    numbers = now.keys() | before.keys()
    names = _names(usage, slice, numbers)
    found = [
        Group(number, names[number], True)
        if number in away
        else Group(
            number,
            names[number],
            False,
            now.get(number, 0),
            before.get(number, 0),
            sums.get(number, Counts()),
        )
        for number in numbers
    ]
    return sorted(found, key=lambda group: (group.hidden, -group.users, group.name))


def days_used(usage: Usage, day: date) -> dict[int, int]:
    """{days of the 28 up to this one: users with intentional use on so many of them}. One query."""
    row = DayActive.objects.filter(engagement=usage.engagement_id, slice=Slice.ALL, name=0, day=day).first()
    known = {int(days): users for days, users in ((row.days_used if row else None) or {}).items()}
    return {days: known.get(days, 0) for days in range(1, WINDOW + 1)}


def first_day(usage: Usage) -> date | None:
    """The first local day with an event. One query."""
    rows = DayTotal.objects.filter(engagement=usage.engagement_id, slice=Slice.ALL, name=0)
    return rows.order_by("day").values_list("day", flat=True).first()


def _day(day: date, row: DayActive | None, least: int) -> Day:
    if row is None:
        return Day(day, 0, 0, 0)
    counts = (row.active_1, row.active_7, row.active_28)
    dau, wau, mau = (None if 0 < users < least else users for users in counts)
    return Day(day, dau, wau, mau)


def _summed(rows: Iterable[DayTotal]) -> Counts:
    found = Counts()
    for row in rows:
        for name in SUMMED:
            setattr(found, name, getattr(found, name) + getattr(row, name))
        found.latencies.update({int(bucket): n for bucket, n in row.latencies.items()})
        for currency, amount in row.costs.items():
            found.costs[currency] = found.costs.get(currency, Decimal()) + Decimal(amount)
    return found


def _sums(usage: Usage, period: Period, slice: str) -> dict[int, Counts]:
    """{number: its sums}, without latencies and costs."""
    rows: Iterable[Any] = (
        DayTotal.objects.filter(
            engagement=usage.engagement_id, slice=slice, day__range=(period.first, period.last)
        )
        .values("name")
        .annotate(**{f"sum_{name}": Sum(name) for name in SUMMED})
        .order_by()
    )
    return {row["name"]: Counts(**{name: row[f"sum_{name}"] for name in SUMMED}) for row in rows}


def _users(usage: Usage, slice: str, day: date) -> dict[int, int]:
    rows = DayActive.objects.filter(engagement=usage.engagement_id, slice=slice, day=day)
    return dict(rows.values_list("name", "active_28"))


def _names(usage: Usage, slice: str, numbers: Iterable[int]) -> Mapping[int, str]:
    wanted = set(numbers)
    known = Name.objects.filter(engagement=usage.engagement_id, pk__in=wanted - {0})
    return {0: UNNAMED.get(Slice(slice), ""), **dict(known.values_list("pk", "name"))}


def weeks_before(day: date, weeks: int) -> Period:
    """So many weeks of days, up to and including the day."""
    return Period(day - timedelta(days=7 * weeks - 1), day)
