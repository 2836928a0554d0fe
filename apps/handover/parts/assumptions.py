"""Value assumptions of use cases."""

from collections.abc import Iterator

from apps.scoping.models import ValueAssumption

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("value-assumptions", ValueAssumption, "use_case__engagement")
NOUNS = (NOUN,)
PATH = "value-assumptions.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
