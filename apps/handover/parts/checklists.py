"""Lines of checklists."""

from collections.abc import Iterator

from apps.engagements.models import ChecklistLine

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("checklist", ChecklistLine, "action__engagement")
NOUNS = (NOUN,)
PATH = "checklists.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
