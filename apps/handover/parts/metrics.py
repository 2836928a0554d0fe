"""Metrics of targets."""

from collections.abc import Iterator

from django.db.models import Q

from apps.pilots.models import Metric, Run

from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun(
    "metrics",
    Metric,
    "target__run__evaluation__engagement",
    order=("pk",),
    only=~Q(target__run__state__in=Run.OPEN),
)
NOUNS = (NOUN,)
PATH = "runs/metrics.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in."""
    into.create(NOUN, into.table(NOUN, PATH))
