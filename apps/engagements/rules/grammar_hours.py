"""Hours of work as one writes them: 2h, 1,5h, 2 Std, 90m, 1h30m. Pure decisions."""

import re

A_DAY = 24 * 60  # minutes
HOW = "Write it as 2h, 90m or 1h30m."
HOURS = re.compile(
    r"(?<!\S)(?:(?P<h>\d{1,30}(?:[.,]\d{1,3})?)(?: ?(?:h|Std)\b|h(?P<hm>\d{1,2})m?)|(?P<m>\d{1,30})m)(?=[\s.,;)]|\Z)"
)


class NoHours(ValueError):
    """What is written has the shape of hours of work, but is none of one day; the message says why."""


def total(found: list[re.Match[str]]) -> int:
    """The minutes of all matches together. Raises NoHours for none, and for more than a day has."""
    minutes = round(
        sum(
            float((one["h"] or "0").replace(",", ".")) * 60 + int(one["hm"] or 0) + int(one["m"] or 0)
            for one in found
        )
    )
    if minutes <= 0:
        raise NoHours("No time is not work.")
    if minutes > A_DAY:
        raise NoHours("A day has 24 hours.")
    return minutes


def minutes_of(text: str) -> int:
    """The minutes of a text that is nothing but hours. Raises NoHours with a sentence for a person."""
    found = list(HOURS.finditer(text.strip()))
    if not found or HOURS.sub("", text).strip():
        raise NoHours(f"This is no time of work. {HOW}")
    return total(found)


def written(minutes: int | None) -> str:
    """As one would write it: 90 → "1h30m"."""
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest else "")
