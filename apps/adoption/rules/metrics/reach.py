"""How many use it, and how often. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from .definitions import METRICS
from .figures import Figure, share

WINDOW = 28


def stickiness(daily: Mapping[date, int], until: date, mau: int, *, weekends: bool) -> Figure:
    """Mean of DAU over the 28 days up to `until`, divided by MAU. daily: {day: DAU}, without those of nobody; weekends:
    whether Saturdays and Sundays count as days."""
    days = [until - timedelta(days=back) for back in range(WINDOW)]
    counted = [day for day in days if weekends or day.weekday() < 5]
    if not mau:
        return Figure(METRICS["stickiness"], None, 0, why="Nobody has used it in these 28 days.")
    mean = sum(daily.get(day, 0) for day in counted) / len(counted)
    return Figure(METRICS["stickiness"], mean / mau, mau)


def utilisation(active_with_seat: int, assigned: int) -> Figure:
    """Active ÷ assigned."""
    return share("utilisation", active_with_seat, assigned)
