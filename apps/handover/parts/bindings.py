"""Success criteria bound to targets of evaluations."""

from collections.abc import Iterator

from apps.pilots.models import Binding

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("bindings", Binding, "evaluation__engagement", order=("pk",))
NOUNS = (NOUN,)
PATH = "evaluations/bindings.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.create(NOUN, into.table(NOUN, PATH))
