"""Access requests."""

from collections.abc import Iterator

from apps.engagements.models import AccessRequest

from ..shape.nouns import ItemNoun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = ItemNoun("access-requests", AccessRequest, ["access_request"])
NOUNS = (NOUN,)
PATH = "access-requests.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH))
