"""The audit trail of the engagement. What is brought along keeps who did it and when, and says so; what handing over
itself has written (`models.OWN_VERBS`) stays where it was done."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from apps.audit.models import Event
from apps.core.copying import copy_rows

from ..models import BROUGHT, OWN_VERBS
from ..rules.refusal import Unfit
from ..shape.names import Names
from ..shape.nouns import Noun, Row
from ..shape.reading import Into
from ..shape.writing import File, Out


class _Events(Noun):
    """Events, whose subject may be anything, and gone."""

    def plain(self, row: Any, names: Names) -> Row:
        """A row as plain values, without the mark."""
        row.data.pop(BROUGHT, None)
        return super().plain(row, names)


NOUN = _Events(
    "events",
    Event,
    "engagement_id",
    leave=["engagement_id"],
    order=("at", "pk"),
    only=~Q(verb__in=OWN_VERBS),
    shapes={"data": {"*": Any}},
)
NOUNS = (NOUN,)
PATH = "events.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in, marked."""
    copy_rows(Event, _rows(into))


def _rows(into: Into) -> Iterator[dict[str, Any]]:
    source = f"{into.manifest.client} · {into.manifest.engagement}"
    for values, line in into.table(NOUN, PATH):
        if values["verb"] in OWN_VERBS or BROUGHT in values["data"]:
            raise Unfit("What handing over writes itself is no part of a pack.", PATH, line)
        data = values["data"] | {BROUGHT: f"with the handover pack of {source}"}
        yield values | {"engagement_id": into.engagement.pk, "data": data}
