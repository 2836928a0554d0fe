"""Exit criteria of gates."""

from collections.abc import Iterator

from apps.engagements.models import ExitCriterion

from ..rules.refusal import Unfit
from ..shape.nouns import Noun
from ..shape.reading import Into, Values
from ..shape.writing import File, Out

NOUN = Noun("exit-criteria", ExitCriterion, "gate__engagement")
NOUNS = (NOUN,)
PATH = "exit-criteria.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in. Raises Unfit for one that names something else than a success criterion."""
    into.copy(NOUN, _rows(into))


def _rows(into: Into) -> Iterator[tuple[Values, int]]:
    for values, line in into.table(NOUN, PATH):
        criterion = values["criterion_id"]
        if criterion is not None and not into.ids.name_of(criterion).startswith("C-"):
            raise Unfit("criterion is the reference of a success criterion.", PATH, line)
        yield values, line
