"""regex: 1 when the pattern is found in the answer; RE2, so in linear time. Needs no reference."""

import re2

from ..contract.plan import Scorer
from .shape import PatternRefused, Score


def build(scorer: Scorer) -> Score:
    options = re2.Options()
    options.log_errors = False  # RE2 would print the pattern
    try:
        pattern = re2.compile(scorer.pattern or "", options)
    except (re2.error, UnicodeEncodeError) as error:
        raise PatternRefused(scorer.name) from error

    def score(answer: str, reference: str) -> float:
        # as bytes, because an answer may hold lone surrogates, which have no UTF-8
        return float(pattern.search(answer.encode("utf-8", "surrogatepass")) is not None)

    return score
