"""Links between items."""

from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from uuid import UUID

from apps.engagements.models import Link, Relation

from ..rules.refusal import Unfit
from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("links", Link, "source__engagement")
NOUNS = (NOUN,)
PATH = "links.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in. Raises Unfit for things that block one another in a circle."""
    rows = list(into.table(NOUN, PATH))
    blocks: dict[UUID, list[UUID]] = defaultdict(list)
    for values, _ in rows:
        if values["relation"] == Relation.BLOCKS:
            blocks[values["source_id"]].append(values["target_id"])
    try:
        TopologicalSorter(blocks).prepare()
    except CycleError:
        raise Unfit("Some of these block one another in a circle.", PATH) from None
    into.copy(NOUN, rows)
