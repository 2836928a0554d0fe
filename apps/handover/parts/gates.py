"""Gates; every engagement has all five."""

from collections.abc import Iterator

from apps.engagements.models import Gate, Stage

from ..rules.refusal import Unfit
from ..shape.nouns import ItemNoun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = ItemNoun("gates", Gate, ["gate"])
NOUNS = (NOUN,)
PATH = "gates.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in. Raises Unfit unless there is a gate out of every stage but the last."""
    rows = list(into.table(NOUN, PATH))
    wanted = [stage for stage in Stage.values if stage != Stage.HANDOVER]
    if [values["stage"] for values, _ in rows] != wanted:
        raise Unfit(f"There is one gate out of each of {', '.join(wanted)}, in that order.", PATH)
    into.copy(NOUN, rows)
