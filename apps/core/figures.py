"""How numbers, durations, money and times are written. Nothing to show is an en dash."""

from datetime import datetime

from django.utils import timezone

NONE = "–"
SPACE = "\u202f"  # narrow, and never broken


def number(value: float | None, digits: int = 3) -> str:
    """Whole numbers with thousands separators; others with `digits` significant digits."""
    if value is None:
        return NONE
    if value == int(value) or abs(value) >= 10**digits:
        return f"{value:,.0f}"
    return f"{value:,.{digits}g}"


def percent(value: float | None, decimals: int = 1) -> str:
    """A share from 0 to 1 as a percentage."""
    return NONE if value is None else f"{value * 100:.{decimals}f}{SPACE}%"


def money(value: float | None) -> str:
    """US dollars: cents from one dollar up, three significant digits below."""
    if value is None:
        return NONE
    if value == 0 or abs(value) >= 1:
        return f"${value:,.2f}"
    return f"${value:.3g}" if abs(value) >= 0.0001 else f"${value:.1e}"


def duration(seconds: float | None) -> str:
    """Seconds as the two largest units that say enough: 450 ms, 3.2 s, 4 min 05 s, 2 h 10 min, 3 d 4 h."""
    if seconds is None:
        return NONE
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}{SPACE}ms"
    if seconds < 59.95:
        return f"{seconds:.1f}{SPACE}s"
    whole = round(seconds)
    for size, large, small, step in ((86_400, "d", "h", 3600), (3600, "h", "min", 60), (60, "min", "s", 1)):
        if whole >= size:
            rest = whole % size // step
            return f"{whole // size}{SPACE}{large} {rest:02d}{SPACE}{small}"
    raise AssertionError("a minute or more has a unit")


def milliseconds(value: float | None) -> str:
    """Milliseconds as a duration."""
    return NONE if value is None else duration(value / 1000)


def interval(low: float | None, high: float | None, kind: str) -> str:
    """Both ends of an interval in the manner of `kind` (see `figure`); an unbounded end is left open."""
    if low is None and high is None:
        return ""
    write = KINDS[kind]
    if low is None:
        return f"≤ {write(high)}"
    if high is None:
        return f"≥ {write(low)}"
    return f"{write(low)} to {write(high)}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in the largest unit; "in …" for what is still to come."""
    seconds = ((now or timezone.now()) - moment).total_seconds()
    size = abs(seconds)
    for limit, unit in (
        (86_400 * 365, "year"),
        (86_400 * 30, "month"),
        (86_400, "day"),
        (3600, "hour"),
        (60, "minute"),
    ):
        if size >= limit:
            count = int(size // limit)
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


KINDS = {
    "number": number,
    "percent": percent,
    "money": money,
    "duration": duration,
    "milliseconds": milliseconds,
}
