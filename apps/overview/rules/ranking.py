"""Where to go first. Pure decisions.

Of an engagement whose concerns have the points p1 ≥ p2 ≥ … (see `concerns`):

    press = p1 + p2/2 + p3/4 + p4/8 + …

One more concern, or one that presses more, never makes it less: an added p moves only what is smaller than p down, to
half its weight, and these together lose at most what p adds. And the sum stays below 2 × p1, so that no heap of small
things outweighs twice the worst one; nine overdue actions do not hide a missed criterion elsewhere.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from .concerns import Concern

Key = TypeVar("Key")


def press(points: Iterable[int]) -> float:
    """How much an engagement presses, from 0 (nothing) to below 190."""
    return sum(one / 2.0**place for place, one in enumerate(sorted(points, reverse=True)[:50]))


def ranked(concerns: Mapping[Key, list[Concern]], began: Mapping[Key, date]) -> list[Key]:
    """The engagements in the order in which they need somebody; those that press alike by age, the oldest first.
    An engagement without a concern stands at the end."""
    return sorted(
        concerns, key=lambda key: (-press(one.points for one in concerns[key]), began[key], str(key))
    )
