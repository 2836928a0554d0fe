"""What people have written down about runs."""

from collections.abc import Iterator

from apps.pilots.models import RunNote

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out
from .runs import FINISHED_OF_RUN

NOUN = Noun("run-notes", RunNote, "run__evaluation__engagement", only=FINISHED_OF_RUN)
NOUNS = (NOUN,)
PATH = "runs/notes.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
