"""Dates and moments as spreadsheets and trackers write them. Pure.

    2026-12-31   2026-12-31T09:30:00+01:00   31.12.2026   31/12/2026   12/31/2026   31 Dec 2026   21/Nov/26 3:45 PM
    Dezember 31, 2026   46387 (a serial number of Excel)

Whether 01/02/2026 is in January or in February no cell says by itself: the whole column does, by its other rows.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from ..grammar_dates import MOST, NoDate

DAY_FIRST, MONTH_FIRST, EITHER = "dmy", "mdy", ""
BOTH = "both"  # of a column in which some rows say the one and some the other
EARLIEST = date(1990, 1, 1)
HOW = "Write it such as 2026-12-31."
_MONTHS = (
    ("jan", "january", "januar", "jänner"), ("feb", "february", "februar"), ("mar", "march", "märz", "mrz", "mär"),
    ("apr", "april"), ("may", "mai"), ("jun", "june", "juni"), ("jul", "july", "juli"), ("aug", "august"),
    ("sep", "sept", "september"), ("oct", "october", "okt", "oktober"), ("nov", "november"),
    ("dec", "december", "dez", "dezember"),
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "cet": 1, "mez": 1, "cest": 2, "mesz": 2}
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
_SERIAL_ZERO = datetime(1899, 12, 30)
_TIME = re.compile(
    r"(?:[T,]|,?\s)\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*uhr)?\s*(?P<zone>z|[a-z]{3,4}|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)"
    r"[a-z]*\.?,?\s+",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?[\s/-]*([^\W\d_]{3,9})\.?,?[\s/-]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\.?,?\s+(\d{4})")


@dataclass(frozen=True)
class Written:
    """A day, and as far as they are written the time and the zone."""

    day: date
    clock: time | None = None
    zone: tzinfo | None = None

    def moment(self, zone: tzinfo) -> datetime:
        """When that was, for whoever wrote it in that zone; of a day alone, its noon."""
        return datetime.combine(self.day, self.clock or time(12), self.zone or zone)


def order_of(cells: Iterable[str]) -> str:
    """Which of day and month comes first in a column: DAY_FIRST, MONTH_FIRST, BOTH when its rows disagree, EITHER when
    none of them says."""
    said = {found for cell in cells if (found := _order(cell.strip()))}
    return said.pop() if len(said) == 1 else BOTH if said else EITHER


def is_open(cell: str) -> bool:
    """Whether a cell is a date whose day and month may change places."""
    found = _SLASHED.match(cell.strip())
    return bool(found and found[1] != found[3] and int(found[1]) <= 12 and int(found[3]) <= 12)


@lru_cache(maxsize=50_000)
def read(cell: str, order: str = EITHER) -> Written:
    """What a cell says. order: of its column. Raises NoDate with what is wrong and what would be right."""
    text = _WEEKDAY.sub("", cell.strip(), count=1) if cell[:1].isalpha() else cell.strip()
    if _SERIAL.fullmatch(text):
        whole = _SERIAL_ZERO + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))
        return Written(whole.date(), None if text.isdigit() else whole.time())
    day, rest = _day(text, order)
    if not rest.strip():
        return Written(day)
    found = _TIME.fullmatch(rest.rstrip())
    if found is None:
        raise NoDate(f"“{cell.strip()[:40]}” is no date. {HOW}")
    return Written(day, _time(found), _zone(found["zone"]))


def check(day: date, today: date) -> date:
    """That day. Raises NoDate for one that nobody can have meant."""
    if day < EARLIEST:
        raise NoDate(f"{day} lies before {EARLIEST.year}. {HOW}")
    if day - today > MOST:
        raise NoDate(f"{day} is more than ten years ahead. {HOW}")
    return day


def _order(text: str) -> str:
    found = _SLASHED.match(text)
    if found is None:
        return EITHER
    first, second = int(found[1]), int(found[3])
    if 12 < first <= 31 and second <= 12:
        return DAY_FIRST
    return MONTH_FIRST if 12 < second <= 31 and first <= 12 else EITHER


def _day(text: str, order: str) -> tuple[date, str]:
    """The day, and what is written behind it."""
    if found := _ISO.match(text):
        return _made(int(found[1]), int(found[3]), int(found[4])), text[found.end() :]
    if found := _DOTTED.match(text):
        return _made(_year(found[3]), int(found[2]), int(found[1])), text[found.end() :]
    if found := _SLASHED.match(text):
        return _slashed(found, order), text[found.end() :]
    if (found := _NAMED.match(text)) and (month := _MONTH.get(found[2].lower())):
        return _made(_year(found[3]), month, int(found[1])), text[found.end() :]
    if (found := _NAMED_FIRST.match(text)) and (month := _MONTH.get(found[1].lower())):
        return _made(int(found[3]), month, int(found[2])), text[found.end() :]
    raise NoDate(f"“{text[:40]}” is no date. {HOW}")


def _slashed(found: re.Match[str], order: str) -> date:
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    if is_open(found.group()) and order not in {DAY_FIRST, MONTH_FIRST}:
        a, b = _made(year, second, first), _made(year, first, second)
        raise NoDate(
            f"{found.group()} may be {a.day} {a:%B} or {b.day} {b:%B}; say above which comes first, day or month."
        )
    month_first = (order or _order(found.group())) == MONTH_FIRST
    return _made(year, first, second) if month_first else _made(year, second, first)


def _made(year: int, month: int, day: int) -> date:
    """The only place where a day is made of what is written."""
    try:
        return date(year, month, day)
    except ValueError:
        raise NoDate(f"There is no day {day} of month {month} in {year}. {HOW}") from None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _time(found: re.Match[str]) -> time:
    hour, half = int(found["hour"]), (found["half"] or "").lower()[:1]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise NoDate(f"“{found.group().strip()[:20]}” is no time of a day. Write it such as 14:30.") from None


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] in "+-":
        away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
        if away < timedelta(hours=24):
            return timezone(-away if text[0] == "-" else away)
    elif text.lower() in _ZONES:
        return timezone(timedelta(hours=_ZONES[text.lower()]))
    raise NoDate(f"“{text}” is no time zone that is known here. Write it such as +01:00.")
