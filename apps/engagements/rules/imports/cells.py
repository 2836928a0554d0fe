"""What one cell says, dates aside. Pure; what cannot be read raises Wrong with what would be right."""

import re
from collections.abc import Iterable

from apps.core import numbers

from ..grammar_hours import A_DAY, NoHours, minutes_of
from ..tags import tags_in
from . import people, words

TEXT = 20_000  # characters of a title or a text
TAGS = 2_000  # of all tags together
LONGEST = people.LONGEST  # of whatever else a cell may say
SCALES = (3, 5, 10)
UNSAID = 0  # a scale that nobody has named
_FORMULA = re.compile(r"[=+\-@]")
_ESCAPED = re.compile(r"'\s*[=+\-@]")
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%")
_NUMBERED = re.compile(r"^\W*\d+\s*[-–.:)]*\s*|\s*\(?\d+\)?\W*$")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::[0-5]\d)?")
_SPELT = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(h|hrs?|hours?|std\.?|stunden?|m|min|mins|minutes?|minuten?)\b\.?", re.IGNORECASE
)
_TAG_ENDS = re.compile(r"[,;|#\n]+")
_NO_TAG = re.compile(r"[^\w.]+")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Wrong(ValueError):
    """A cell that cannot be read; the message says why, and what would be right."""


def plain(cell: str) -> str:
    """The cell without white space around it, with plain line ends, and without the apostrophe that keeps a
    spreadsheet from taking it for a formula. Raises Wrong for what cannot be shown."""
    text = cell.strip()
    if _ESCAPED.match(text):
        text = text[1:].lstrip()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNSEEN.search(text):
        raise Wrong("This holds characters that cannot be shown; take them out.")
    return text


def fitting(cell: str, reads: str) -> str:
    """That cell, if it is short enough to be looked at closely. reads: how (`fields.Field`). Raises Wrong."""
    most = {"title": TEXT, "text": TEXT, "tags": TAGS}.get(reads, LONGEST)
    if len(cell) > most:
        raise Wrong(f"This has {len(cell):,} characters; at most {most:,} are kept.")
    return cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would take the text for a formula; a number is none."""
    text = cell.lstrip()
    if not _FORMULA.match(text):
        return False
    try:
        numbers.read(text)
    except numbers.NoNumber:
        return len(text.strip()) > 1
    return False


def scale_of(cells: Iterable[str]) -> int:
    """Up to which number a column of levels counts: 5 or 10 when one of its numbers says so, UNSAID when it may be 3,
    5 or 10."""
    found = [
        float(cell)
        for cell in (cell.strip() for cell in cells)
        if cell.isascii() and cell.isdigit() and len(cell) < 4
    ]
    most = max(found, default=0)
    return UNSAID if most <= 3 else 5 if most <= 5 else 10


def level(cell: str, scale: int = UNSAID) -> str:
    """low, medium or high: as a word, a share ("70 %"; thirds) or a number of a scale of that many."""
    said = " ".join(cell.lower().split())
    if found := words.meaning(words.LEVELS, said):
        return found
    if share := _PERCENT.fullmatch(said):
        return _third(float(share[1].replace(",", ".")) / 100, cell)
    if said.isascii() and said.isdigit() and len(said) < 4:
        return _of_scale(int(said), scale)
    if re.fullmatch(r"0?[.,]\d+", said):
        return _third(float(said.replace(",", ".")), cell)
    if found := words.meaning(words.LEVELS, _NUMBERED.sub("", said).strip(" -–:")):
        return found
    raise Wrong(
        f"“{cell[:40]}” is no level. Write low, medium or high, a number of a scale, or a share such as 70 %."
    )


def _third(share: float, cell: str) -> str:
    if not 0 <= share <= 1:
        raise Wrong(f"“{cell[:40]}” is no share: from 0 % to 100 %.")
    return "low" if share < 1 / 3 else "medium" if share < 2 / 3 else "high"


def _of_scale(number: int, scale: int) -> str:
    if number == 1:
        return "low"
    if scale not in SCALES:
        raise Wrong(f"{number} may be of 3, of 5 or of 10; say above what the numbers count up to.")
    if not 1 <= number <= scale:
        raise Wrong(f"{number} is not between 1 and {scale}.")
    medium, high = {3: (2, 3), 5: (3, 4), 10: (4, 8)}[scale]
    return "high" if number >= high else "medium" if number >= medium else "low"


def yes(cell: str) -> bool:
    """Yes or no, in whatever words; nothing is no."""
    said = cell.strip().lower()
    if said in words.YES:
        return True
    if said in words.NO:
        return False
    raise Wrong(f"“{cell[:40]}” is neither yes nor no.")


def minutes(cell: str) -> int:
    """Minutes of work, from 2h, 90m, 1h30m, 1:30, 1,5 or 2 Std; a mere number counts hours."""
    text = cell.strip()
    if clock := _CLOCK.fullmatch(text):
        return _of_a_day(int(clock[1]) * 60 + int(clock[2]), text)
    if spelt := _SPELT.fullmatch(text):
        unit = 1 if spelt[2].lower().startswith("m") else 60
        return _of_a_day(float(spelt[1].replace(",", ".")) * unit, text)
    try:
        return minutes_of(text.lower())
    except NoHours:
        pass
    try:
        return _of_a_day(numbers.read(text) * 60, text)
    except numbers.NoNumber:
        raise Wrong(f"“{text[:40]}” is no time of work. Write it as 2h, 1:30 or 1.5.") from None


def _of_a_day(count: float, text: str) -> int:
    if not count <= A_DAY:  # first of all: what is endless cannot be rounded
        raise Wrong(
            f"“{text[:40]}” is more than the 24 hours of a day; hours are meant, not minutes or seconds."
        )
    if round(max(count, 0)) <= 0:
        raise Wrong(f"“{text[:40]}” is no time of work; leave the cell empty where none was spent.")
    return round(count)


def tags(cell: str) -> list[str]:
    """The tags, divided by commas, semicolons, bars or lines; words of one tag are joined by hyphens."""
    parts = (_NO_TAG.sub("-", part.strip()).strip("-.") for part in _TAG_ENDS.split(cell))
    try:
        return tags_in(" ".join(part for part in parts if part))
    except ValueError as error:
        raise Wrong(str(error)) from None


def state(cell: str, kind: str) -> str:
    """The state of that kind that is meant, by its own name, a usual word for it, or a share that is done."""
    said, known = " ".join(cell.lower().split()), words.STATE_OF[kind]
    if said in known.values():
        return said
    if share := _PERCENT.fullmatch(said):
        done = float(share[1].replace(",", "."))
        said = "done" if done >= 100 else "doing" if done > 0 else "open"
    meant = next((here for meaning, here in known.items() if said in words.STATES[meaning]), "")
    if not meant:
        right = ", ".join(dict.fromkeys(known.values()))
        raise Wrong(f"“{cell[:40]}” is no state here. Write one of: {right}.")
    return meant


def raid(cell: str) -> str:
    """Whether it is a risk, an assumption, an issue or a dependency."""
    if found := words.meaning(words.RAID, cell.strip().lower()):
        return found
    raise Wrong(f"“{cell[:40]}” is none of: risk, assumption, issue, dependency.")


def entry(cell: str) -> str:
    """Which kind of log entry it is."""
    if found := words.meaning(words.ENTRIES, cell.strip().lower()):
        return found
    raise Wrong(f"“{cell[:40]}” is none of: {', '.join(words.ENTRIES)}.")
