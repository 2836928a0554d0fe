"""Hours of work by person and week, and how they go on. Pure decisions; all amounts are minutes.

A week is an ISO week: it begins on Monday, in the zone of whoever looks.

- **pace**: what was written down in the last LOOKED_AT whole weeks, divided by their number. Weeks before the first
  hours of all are no part of them, so that a young engagement does not look slower than it is. Of fewer than LEAST
  weeks with hours nothing is said.
- **used up**: with B the budget, U what is used, W what of it was worked this week and P the pace, this week still
  brings R = max(P - W, 0), and each later one P. The budget is used up in this week when B - U ≤ R, else

      ⌈(B - U - R) / P⌉

  weeks after it. Beyond HORIZON weeks nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(weeks=1)
SHOWN = 12  # weeks that have a row of their own
LOOKED_AT = 4  # whole weeks that the pace looks back upon
LEAST = 2  # of them with hours; below, there is no pace
HORIZON = 104  # weeks beyond which the end of a budget is not said


@dataclass(frozen=True)
class Work:
    """What somebody worked on one day. who: a key that tells people apart."""

    who: str
    day: date
    minutes: int


@dataclass(frozen=True)
class Row:
    """One week, or with no `monday` all weeks before the others. cells: by person, as in the sheet; so_far: all that
    was worked until its end."""

    monday: date | None
    cells: tuple[int, ...]
    total: int
    so_far: int


@dataclass(frozen=True)
class Sheet:
    """Work by week, the latest first, and person, whoever worked most first. Every sum is the sum of its parts."""

    people: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Pace:
    """So many minutes in so many weeks."""

    minutes: int
    weeks: int

    @property
    def weekly(self) -> float:
        """Minutes a week."""
        return self.minutes / self.weeks


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def week_name(monday: date) -> str:
    """As ISO 8601 writes it: 2026-W12."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def by_week(work: Iterable[Work]) -> dict[date, int]:
    """The Monday of each week with hours → all that was worked in it."""
    found: dict[date, int] = defaultdict(int)
    for one in work:
        found[monday_of(one.day)] += one.minutes
    return dict(found)


def by_person_and_week(work: Iterable[Work]) -> dict[tuple[str, date], int]:
    """(person, Monday) → what they worked in that week."""
    found: dict[tuple[str, date], int] = defaultdict(int)
    for one in work:
        found[one.who, monday_of(one.day)] += one.minutes
    return dict(found)


def mondays_shown(work: Iterable[Work], today: date) -> list[date]:
    """The Mondays of the weeks that have a row of their own, the latest first: this week (or a later one that has
    hours already) and those before it."""
    last = max([monday_of(today), *(monday_of(one.day) for one in work)])
    return [last - n * WEEK for n in range(SHOWN)]


def sheet_of(work: Iterable[Work], today: date) -> Sheet:
    """Work as a table."""
    work = list(work)
    cells = by_person_and_week(work)
    totals: dict[str, int] = defaultdict(int)
    for (who, _), minutes in cells.items():
        totals[who] += minutes
    people = tuple(sorted(totals, key=lambda who: (-totals[who], who)))
    mondays = mondays_shown(work, today)
    earlier: dict[str, int] = defaultdict(int)
    for (who, monday), minutes in cells.items():
        if monday < mondays[-1]:
            earlier[who] += minutes
    rows, so_far = [], 0
    for week in [None, *reversed(mondays)]:
        own = tuple(earlier[who] if week is None else cells.get((who, week), 0) for who in people)
        so_far += sum(own)
        if week or any(own):
            rows.append(Row(week, own, sum(own), so_far))
    return Sheet(people, tuple(reversed(rows)), tuple(totals[who] for who in people), so_far)


def pace_of(weeks: Mapping[date, int], today: date) -> Pace | None:
    """How much is worked in a week, by the module's formula. weeks: as `by_week` gives them."""
    this = monday_of(today)
    first = min((monday for monday, minutes in weeks.items() if minutes), default=this)
    looked_at = [this - n * WEEK for n in range(1, LOOKED_AT + 1) if this - n * WEEK >= first]
    worked = [weeks.get(monday, 0) for monday in looked_at]
    if sum(1 for minutes in worked if minutes) < LEAST:
        return None
    return Pace(sum(worked), len(worked))


def used_up_in(budget: int, weeks: Mapping[date, int], pace: Pace | None, today: date) -> date | None:
    """The Monday of the week in which the budget was used up, or will be at that pace, by the module's formula; None
    when nothing can be said."""
    so_far = 0
    for monday in sorted(weeks):
        so_far += weeks[monday]
        if so_far >= budget:
            return monday
    if pace is None:
        return None
    this = monday_of(today)
    # in whole numbers: minutes times the weeks of the pace
    rest = max(pace.minutes - weeks.get(this, 0) * pace.weeks, 0)
    missing = (budget - so_far) * pace.weeks - rest
    ahead = max(-(-missing // pace.minutes), 0)
    return this + ahead * WEEK if ahead <= HORIZON else None
