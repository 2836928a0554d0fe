"""Stakeholders."""

from collections.abc import Iterator

from apps.engagements.models import Stakeholder

from ..shape.nouns import ItemNoun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = ItemNoun("stakeholders", Stakeholder, ["stakeholder"])
NOUNS = (NOUN,)
PATH = "stakeholders.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
