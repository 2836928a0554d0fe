"""Where measurements come from. An app that measures registers what it knows of its own in `ready()`, because this one
stands to its left."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from .models import Measurement


@dataclass(frozen=True)
class Provenance:
    """What a measurement came from. text: such as "run 4 of mail v2, target small"; href: its page, as far as it has
    one; part: what of it matters to a gate decision, without "what" (see `engagements.checks.Finding`)."""

    text: str
    href: str = ""
    part: dict[str, Any] = field(default_factory=dict)


Tell = Callable[[Sequence[Measurement]], dict[UUID, Provenance]]
_sources: dict[str, Tell] = {}


def register(source: str, tell: Tell) -> None:
    """Let measurements of that source be explained: `tell(measurements)` gives the provenance of each by its id, in a
    constant number of queries."""
    _sources[source] = tell


def provenance_of(measurements: Iterable[Measurement]) -> dict[UUID, Provenance]:
    """Where each measurement came from, by its id."""
    by_source: dict[str, list[Measurement]] = {}
    for measurement in measurements:
        by_source.setdefault(measurement.source, []).append(measurement)
    found: dict[UUID, Provenance] = {}
    for source, rows in by_source.items():
        found |= (
            _sources[source](rows) if source in _sources else {row.pk: Provenance(source) for row in rows}
        )
    return found


def by_hand(measurements: Sequence[Measurement]) -> dict[UUID, Provenance]:
    """Of what somebody measured: who, how, and the evidence that was given, an item by its reference alone: its
    words may change, and become internal, while a decision keeps this. Each one matters by itself."""
    found = {}
    for row in measurements:
        who = row.by.name if row.by else "somebody"
        item = row.evidence.reference if row.evidence else ""
        part = {"how": row.how, "link": row.link, "item": item, "who": who, "measurement": str(row.pk)}
        found[row.pk] = Provenance(f"measured by {who}", row.link, part)
    return found
