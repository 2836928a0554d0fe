"""Risks, assumptions, issues and dependencies."""

from collections.abc import Iterator

from apps.engagements.models import Raid

from ..shape.nouns import ItemNoun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = ItemNoun("raid", Raid, ["risk", "assumption", "issue", "dependency"])
NOUNS = (NOUN,)
PATH = "raid.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
