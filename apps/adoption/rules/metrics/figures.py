"""A number that knows what it is. Pure."""

from dataclasses import dataclass

from apps.dataplane.contract.statistics import wilson

from .definitions import METRICS, Metric


@dataclass(frozen=True, slots=True)
class Figure:
    """value: in the metric's unit, None where there is none or it is hidden; n: of how many; low, high: the 95 %
    interval of a share, None of a count, which is exact; why: there is no value."""

    metric: Metric
    value: float | None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


def share(key: str, part: int, whole: int, why: str = "") -> Figure:
    """Of part in whole; none of nothing."""
    metric = METRICS[key]
    if not whole:
        return Figure(metric, None, 0, why=why or f"There are no {metric.of} yet.")
    return Figure(metric, part / whole, whole, *wilson(part, whole))
