"""What runs have said of bound success criteria."""

from collections.abc import Iterator

from apps.pilots.models import Judgement

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out
from .runs import FINISHED_OF_RUN

NOUN = Noun("judgements", Judgement, "run__evaluation__engagement", order=("pk",), only=FINISHED_OF_RUN)
NOUNS = (NOUN,)
PATH = "runs/judgements.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.create(NOUN, into.table(NOUN, PATH))
