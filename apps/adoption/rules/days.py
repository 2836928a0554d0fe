"""Local days, and the weeks that a client counts in. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK_STARTS = {0: "Monday", 5: "Saturday", 6: "Sunday"}
A_DAY = timedelta(days=1)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The local day that a moment belongs to."""
    return at.astimezone(zone).date()


def week_of(day: date, start: int) -> date:
    """The first day of its week. start: 0 when weeks begin on Monday, 5 on Saturday, 6 on Sunday."""
    return day - timedelta(days=(day.weekday() - start) % 7)


def around(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Two moments between which all of these local days lie, with some hours more: where a clock is set back at
    midnight, a day has two beginnings. Which day something belongs to is for `day_of` to say."""
    begins = datetime.combine(first, time(), zone).astimezone(UTC)
    ends = datetime.combine(last + A_DAY, time(), zone).astimezone(UTC)
    return begins - timedelta(hours=3), ends + timedelta(hours=3)


def ranges(days: Iterable[date], *, longest: int) -> list[tuple[date, date]]:
    """Days that follow one another, as (first, last), each of at most `longest` days."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == A_DAY and (day - found[-1][0]).days < longest:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def spread(days: Iterable[date], by: int) -> set[date]:
    """The days, and the `by` days after each."""
    return {day + timedelta(days=more) for day in days for more in range(by + 1)}
