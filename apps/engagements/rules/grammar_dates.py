"""Dates as one writes them in a line: today, fri, 1 dec, 2026-12-01, +3d. Pure decisions."""

import re
from calendar import monthrange
from datetime import date, timedelta

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAYS = {name: number for number, day in enumerate(_DAYS) for name in (day, day[:3])}
_WEEKDAYS |= {"tues": 1, "thur": 3, "thurs": 3}
_MONTH_NUMBERS = {name: n for n, month in enumerate(_MONTHS, 1) for name in (month, month[:3])} | {"sept": 9}
MOST = timedelta(days=3660)  # about ten years ahead
_UNITS = {"d": 1, "w": 7}
FORMS = "today, tomorrow, fri, 1 dec, 2026-12-01, +3d or +2w"

DATE = re.compile(
    r"(?<![\w+.@#/-])(?:"
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|\+(?P<count>\d{1,6})(?P<unit>[dw])"
    rf"|(?P<day>\d{{1,2}})[ \t](?P<month>{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})"
    r"(?:[ \t](?P<year>\d{4}))?"
    rf"|(?P<word>today|tomorrow|{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})"
    r")(?![\w-]|['\u2019]\w)",
    re.IGNORECASE,
)
_LEADS = re.compile(r"\b(?:by|on|until|till|due|before)[ \t]+$", re.IGNORECASE)


class NoDate(ValueError):
    """What is written has the shape of a date, but is none that can be kept; the message says why."""


def date_of(found: re.Match[str], today: date) -> date:
    """The date that a match of DATE stands for, seen from `today`. A weekday is the next one, never today; a
    day and a month are the next such. Raises NoDate."""
    if found["word"]:
        return _by_word(found["word"].lower(), today)
    if found["count"]:
        ahead = int(found["count"]) * _UNITS[found["unit"].lower()]
        if ahead > MOST.days:
            raise NoDate("This is more than ten years ahead.")
        return today + timedelta(days=ahead)
    if found["iso"]:
        year, month, day = (int(part) for part in found["iso"].split("-"))
    else:
        month, day = _MONTH_NUMBERS[found["month"].lower()], int(found["day"])
        year = int(found["year"]) if found["year"] else _next_year_with(month, day, today)
    return _checked(year, month, day, today)


def is_certain(found: re.Match[str], text: str, tail: int) -> bool:
    """Whether a date in the middle of a sentence is meant as one: written in figures, after a word such as
    "by", or in the tail of the line, whose last word ends at `tail`."""
    if found["iso"] or found["count"] or found.end() >= tail:
        return True
    return bool(_LEADS.search(text, max(0, found.start() - 12), found.start()))


def in_words(day: date, today: date) -> str:
    """Such as "Friday 27 November 2026, in 6 days"."""
    away = (day - today).days
    ahead = f"in {away} days" if away > 1 else f"{-away} days ago"
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(away, ahead)
    return f"{day:%A} {day.day} {day:%B} {day.year}, {near}"


def _by_word(word: str, today: date) -> date:
    if word in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[word] - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=1 if word == "tomorrow" else 0)


def _next_year_with(month: int, day: int, today: date) -> int:
    """The year in which that day comes next; of 29 February, the next leap year."""
    for year in range(today.year, today.year + 9):
        if day <= monthrange(year, month)[1] and date(year, month, max(day, 1)) >= today:
            return year
    return today.year


def _checked(year: int, month: int, day: int, today: date) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise NoDate("There is no such day.") from None
    if found < today:
        raise NoDate("This date is in the past.")
    if found - today > MOST:
        raise NoDate("This is more than ten years ahead.")
    return found
