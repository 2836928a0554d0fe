"""The log: one document of Markdown for each entry."""

from collections.abc import Iterator

from apps.engagements.models import LogEntry

from ..shape.nouns import ItemNoun
from ..shape.reading import Into
from ..shape.writing import File, Out, file_of

NOUN = ItemNoun("log", LogEntry, ["entry"], shapes={"rejected": [{"option": str, "why": str}]})
NOUNS = (NOUN,)
FOLDER = "log"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.prose(NOUN, "text", lambda row: file_of(FOLDER, row["at"], row["reference"], row["title"]))


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.prose(NOUN, "text", FOLDER))
