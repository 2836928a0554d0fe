"""contains: 1 when the reference, outer white space aside, occurs in the answer."""

from ..contract.plan import Scorer
from .shape import Score


def build(scorer: Scorer) -> Score:
    return score


def score(answer: str, reference: str) -> float:
    return float(reference.strip() in answer)
