"""Targets of runs."""

from collections.abc import Iterator

from apps.pilots.models import RunTarget

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out
from .runs import FINISHED_OF_RUN

NOUN = Noun(
    "targets",
    RunTarget,
    "run__evaluation__engagement",
    order=("pk",),
    only=FINISHED_OF_RUN,
    shapes={"errors": {"*": int}, "answers": {"*": int}},
)
NOUNS = (NOUN,)
PATH = "runs/targets.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.create(NOUN, into.table(NOUN, PATH))
