"""Since when, as one types it: 2026-11-01, today, yesterday, mon, 7d, 2w or 12h. In this machine's zone."""

import re
from datetime import datetime, timedelta

from .stop import USAGE, Stop

FORMS = "2026-11-01, today, yesterday, mon, 7d, 2w or 12h"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AGO = re.compile(r"([0-9]{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def since(text: str, now: datetime) -> str:
    """The moment from which on, with its zone: the beginning of a day, or so many hours ago. A weekday is the last
    one, never today. now: with its zone. Raises Stop for what is none."""
    said = text.strip().lower()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    near = {"today": 0, "yesterday": 1}
    ago = _AGO.fullmatch(said)
    if ago and ago[2] == "h":
        return (now - timedelta(hours=int(ago[1]))).isoformat()
    if ago:
        return _zoned(today - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
    if said in near:
        return _zoned(today - timedelta(days=near[said]))
    if len(said) >= 3 and (day := _weekday(said)) is not None:
        return _zoned(today - timedelta(days=(today.weekday() - day - 1) % 7 + 1))
    try:
        return _zoned(datetime.fromisoformat(said.upper()))
    except (ValueError, OverflowError):
        raise Stop(USAGE, f"--since {text!r} is no date. Write {FORMS}.") from None


def _weekday(word: str) -> int | None:
    return next((at for at, day in enumerate(_WEEKDAYS) if word in {day, day[:3]}), None)


def _zoned(moment: datetime) -> str:
    return (moment if moment.tzinfo else moment.astimezone()).isoformat()
