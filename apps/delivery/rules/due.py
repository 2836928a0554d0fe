"""On which days somebody is reminded of a due date. Pure decisions; all days are the person's own."""

from datetime import date, datetime, timedelta

MORNING, EVENING = 8, 20  # hours; nobody is reminded outside of these
BEFORE = 1  # the day before
EARLY = (0, 1, 3, 7)  # days after the due date; then every week


def day_that_counts(due: date, today: date) -> date | None:
    """The last day up to `today` on which a reminder of `due` belongs; None before the first one. Somebody
    reminded once for each such day is reminded one day before, on the day, and 1, 3, 7, 14, 21, … days after;
    of days that were missed, only the last one is made up for."""
    late = (today - due).days
    if late < -BEFORE:
        return None
    if late < 0:
        return due - timedelta(days=BEFORE)
    counted = max(day for day in EARLY if day <= late) if late < 14 else late - late % 7
    return due + timedelta(days=counted)


def last_day_of_interest(today: date) -> date:
    """Whatever is due later needs no reminder yet."""
    return today + timedelta(days=BEFORE)


def is_time(now: datetime) -> bool:
    """Whether `now`, in a person's own time zone, is an hour for reminders."""
    return MORNING <= now.hour < EVENING


def in_words(due: date, today: date) -> str:
    """How late something is: "is due tomorrow", "is 3 days overdue"."""
    late = (today - due).days
    if late <= 0:
        return {0: "is due today", -1: "is due tomorrow"}.get(late, f"is due in {-late} days")
    return f"is {late} day{'s' if late > 1 else ''} overdue"
