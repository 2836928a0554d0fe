"""Exit criteria that a manager has let pass."""

from collections.abc import Iterator

from apps.engagements.models import Override

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("overrides", Override, "decision__gate__engagement")
NOUNS = (NOUN,)
PATH = "overrides.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
