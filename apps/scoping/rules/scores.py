"""How use cases are ranked, and how many hours they take. Pure decisions."""

from collections.abc import Iterable
from dataclasses import dataclass

LEAST, MOST = 1, 5  # of each part
HIGHEST = MOST**3
STRENGTH = {"estimated": 0, "stated": 1, "measured": 2}  # of a basis


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours a month, and what they rest on: the weakest basis of their parts."""

    hours: float
    basis: str


def score(value: int | None, feasibility: int | None, risk: int | None) -> int | None:
    """value × feasibility × (6 − risk), from 1 to 125; None while a part is missing.

    Each part is 1 to 5. More value and more feasibility raise it, more risk lowers it; a product, so that
    nothing makes up for a part that is very low. Raises ValueError for a part outside of 1 to 5.
    """
    if value is None or feasibility is None or risk is None:
        return None
    if not all(LEAST <= part <= MOST for part in (value, feasibility, risk)):
        raise ValueError("each part of the score is from 1 to 5")
    return value * feasibility * (MOST + 1 - risk)


def weakest(bases: Iterable[str]) -> str:
    """The basis that a figure made of several has: that of its weakest part."""
    return min(bases, key=lambda basis: STRENGTH[basis])


def hours(
    volume: float | None, minutes: float | None, *, volume_basis: str, minutes_basis: str
) -> Hours | None:
    """volume × minutes per case / 60: the hours a month that the cases take today, and so the most that could be
    saved. None while one of them is not known."""
    if volume is None or minutes is None:
        return None
    return Hours(volume * minutes / 60, weakest([volume_basis, minutes_basis]))
