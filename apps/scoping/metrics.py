"""What can be measured of a criterion. The apps that measure register their metrics in `ready()`; by hand it is
whatever somebody writes."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownMetric:
    """name: as it is kept; unit: see `rules.units`; better: "higher" or "lower"."""

    name: str
    title: str
    unit: str
    better: str


_known: dict[str, dict[str, KnownMetric]] = {}


def register(measured_by: str, metrics: Iterable[KnownMetric]) -> None:
    """Offer those metrics to the criteria that are measured in that way."""
    _known.setdefault(measured_by, {}).update({metric.name: metric for metric in metrics})


def known(measured_by: str) -> list[KnownMetric]:
    """The metrics that are measured in that way; none when it may be any words."""
    return list(_known.get(measured_by, {}).values())


def find(measured_by: str, name: str) -> KnownMetric | None:
    """That metric; "exact_2", the second scorer of a kind, has the facts of "exact"."""
    metrics = _known.get(measured_by, {})
    kind, _, ordinal = name.rpartition("_")
    return metrics.get(name) or (metrics.get(kind) if ordinal.isascii() and ordinal.isdigit() else None)


def title_of(measured_by: str, name: str) -> str:
    """The metric as people call it."""
    metric = find(measured_by, name)
    return metric.title if metric else name
