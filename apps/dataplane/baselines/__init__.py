"""Baselines: what any model has to beat. One per file, all of one shape."""

from collections.abc import Callable, Iterable

from . import majority, nearest
from .shape import Baseline, NoRows

FITTERS: dict[str, Callable[[Iterable[tuple[str, str]]], Baseline]] = {
    "majority": majority.fit,
    "nearest": nearest.fit,
}


def fit(method: str, rows: Iterable[tuple[str, str]]) -> Baseline:
    """Learn from (text, label) rows. Raises NoRows when there are none."""
    return FITTERS[method](rows)


__all__ = ["FITTERS", "Baseline", "NoRows", "fit"]
