"""Use cases: one document of Markdown for each."""

from collections.abc import Iterator

from apps.scoping.models import UseCase

from ..rules.shapes import NUMBER
from ..shape.nouns import ItemNoun
from ..shape.reading import Into
from ..shape.writing import File, Out, file_of

_STEP = {"step": str, "actor": str, "system": str, "minutes": (*NUMBER, None)}
NOUN = ItemNoun("use-cases", UseCase, ["use_case"], shapes={"steps": [_STEP], "section_versions": {"*": int}})
NOUNS = (NOUN,)
FOLDER = "use-cases"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.prose(NOUN, "text", lambda row: file_of(FOLDER, row["at"], row["reference"], row["title"]))


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.prose(NOUN, "text", FOLDER))
