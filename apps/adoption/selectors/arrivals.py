"""What has come in, and what of it was refused."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from apps.engagements.models import Engagement

from ..models import Arrival

SHOWN = 30  # days


@dataclass
class ByWay:
    """What came by one way in these days. latest: of all days, as are the examples."""

    way: str
    title: str
    latest: datetime | None = None
    batches: int = 0
    taken: int = 0
    repeated: int = 0
    refused: int = 0
    passed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    good: dict[str, object] = field(default_factory=dict)
    bad: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrived:
    """by_way: the ways that something has come by; by_day: {day: taken}, of each of these days (UTC)."""

    by_way: list[ByWay]
    by_day: dict[date, int]


def arrived(engagement: Engagement, today: date) -> Arrived:
    """What came in these days. Two queries."""
    first = today - timedelta(days=SHOWN - 1)
    rows, found = Arrival.objects.filter(engagement=engagement), dict[str, ByWay]()
    by_day = {first + timedelta(days=n): 0 for n in range(SHOWN)}
    earlier = rows.filter(day__lt=first).order_by("way", "-day").distinct("way")  # for its examples
    for row in [*earlier, *rows.filter(day__gte=first).order_by("day")]:
        way = found.setdefault(row.way, ByWay(row.way, row.get_way_display()))
        way.latest = max(filter(None, (way.latest, row.last_at)))
        way.good, way.bad = row.good or way.good, row.bad or way.bad
        if row.day >= first:
            _add(way, row)
            by_day[row.day] = by_day.get(row.day, 0) + row.taken
    return Arrived(sorted(found.values(), key=lambda way: way.title), by_day)


def _add(way: ByWay, row: Arrival) -> None:
    for name in ("batches", "taken", "repeated", "refused", "passed"):
        setattr(way, name, getattr(way, name) + getattr(row, name))
    way.reasons.update(row.reasons)
    way.dropped.update(row.dropped)
