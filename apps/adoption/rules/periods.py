"""The days that are looked at, and those before them that they are compared with. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = 28  # days of a month, as monthly active users count it: always four of each weekday


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from `first` to `last`, both of them part of it."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Each of them."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> "Period":
        """As many days, right before."""
        length = (self.last - self.first).days + 1
        return Period(self.first - timedelta(days=length), self.first - timedelta(days=1))


def month_to(last: date) -> Period:
    """The 28 days up to and including `last`."""
    return Period(last - timedelta(days=WINDOW - 1), last)


def last_whole(today: date) -> date:
    """The last day that is over: today's figures still grow, so that no average and no comparison holds them."""
    return today - timedelta(days=1)
