"""Baselines of use cases."""

from collections.abc import Iterator

from apps.scoping.models import Baseline

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("baselines", Baseline, "use_case__engagement")
NOUNS = (NOUN,)
PATH = "baselines.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
