"""exact: 1 when answer and reference are the same text, outer white space aside."""

from ..contract.plan import Scorer
from .shape import Score


def build(scorer: Scorer) -> Score:
    return score


def score(answer: str, reference: str) -> float:
    return float(answer.strip() == reference.strip())
