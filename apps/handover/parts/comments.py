"""Comments: one document of Markdown for each, which names its item."""

from collections.abc import Iterator

from apps.engagements.models import Comment

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out, file_of

NOUN = Noun("comments", Comment, "item__engagement")
NOUNS = (NOUN,)
FOLDER = "comments"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.prose(
        NOUN, "text", lambda row: file_of(FOLDER, row["created_at"], f"{row['no']:05}", f"on {row['item']}")
    )


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.prose(NOUN, "text", FOLDER))
