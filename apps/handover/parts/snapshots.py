"""Snapshots of datasets."""

from collections.abc import Iterator

from apps.connectors.models import Snapshot

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("snapshots", Snapshot, "dataset__source__engagement", shapes={"warnings": [str]})
NOUNS = (NOUN,)
PATH = "snapshots.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
