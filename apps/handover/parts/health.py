"""Managers' words on the health of the engagement."""

from collections.abc import Iterator

from apps.overview.models import HealthOverride

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("health-overrides", HealthOverride, "engagement", leave=["engagement"])
NOUNS = (NOUN,)
PATH = "health-overrides.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, into.table(NOUN, PATH), engagement_id=into.engagement.pk)
