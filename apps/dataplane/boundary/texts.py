"""Texts and codes on their way out: as far as the level lets them go, no longer than an envelope carries."""

import json
import re
from collections.abc import Iterable, Sequence

from ..contract.errors import CODES
from ..contract.privacy import Level
from ..readers.text import printable
from ..redaction import masked
from ..samples import Outcome

LONGEST = 16_384  # characters of one text that leaves
_BUDGET = 32 * 1024 * 1024  # bytes of all texts of a report, as JSON; half of what an envelope carries
CODE = re.compile(r"[a-z0-9_]{1,40}\Z")


def texts_of(outcome: Outcome, level: Level, columns: Sequence[str]) -> list[str | None]:
    """The input columns, the answer and the reference as far as the level lets them go."""
    if not level.includes(Level.REDACTED):
        return [None, None, None]
    given = "\n".join(outcome.sample.fields[column] for column in columns)
    texts = (given, outcome.answer, outcome.sample.reference)
    return [None if text is None else as_far_as(level, text) for text in texts]


def as_far_as(level: Level, text: str) -> str:
    """A text of the client's as it may leave at `redacted` or `full`."""
    return plain(text) if level.includes(Level.FULL) else masked(plain(text))


def plain(text: str) -> str:
    """Without what a PostgreSQL text cannot hold."""
    return printable(text.replace("\0", ""))


def cut(text: str | None, longest: int) -> str | None:
    return text if text is None or len(text) <= longest else text[:longest] + "…"


def longest_of(texts: list[list[str | None]]) -> int:
    """How many characters of each text may leave, so that the whole report fits an envelope."""
    present = [text for three in texts for text in three if text]
    longest = LONGEST
    while sum(len(json.dumps(text[:longest])) for text in present) > _BUDGET:
        longest //= 2
    return longest


def known(code: str) -> str:
    return code if code in CODES else "site_error"


def codes(found: Iterable[str]) -> tuple[str, ...]:
    """What looks like a code."""
    return tuple(filter(CODE.match, found))
