"""What many cases come to. Pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from apps.dataplane.contract.statistics import wilson

FEW = 5  # cases below which a middle says little


@dataclass(frozen=True)
class Durations:
    """How long something took. n: cases that have ended; middle: their median in days; longest: of all, open ones as
    long as they last by now; open: cases that have not ended."""

    n: int
    middle: float | None
    longest: int
    open: int

    @property
    def is_thin(self) -> bool:
        """Whether so few have ended that the middle may be chance."""
        return self.n < FEW


def durations(ended: Sequence[int], open_ones: Sequence[int]) -> Durations:
    """Of cases that took so many days, and of others that are still open after so many. Each at least 0."""
    return Durations(
        n=len(ended),
        middle=float(median(ended)) if ended else None,
        longest=max([*ended, *open_ones], default=0),
        open=len(open_ones),
    )


@dataclass(frozen=True)
class Share:
    """How many of n were so, with the 95 % interval (Wilson)."""

    count: int
    n: int
    value: float
    low: float
    high: float


def share(count: int, n: int) -> Share:
    """The share of `count` among `n` ≥ 1."""
    low, high = wilson(count, n)
    return Share(count, n, count / n, low, high)
