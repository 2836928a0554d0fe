"""One scorer per file, all of one shape: `build(scorer)` gives a total function of answer and reference."""

from collections.abc import Callable

from ..contract.plan import Scorer
from . import contains, exact, json_fields, numeric, regex, token_f1
from .shape import PatternRefused, Score

BUILDERS: dict[str, Callable[[Scorer], Score]] = {
    "exact": exact.build,
    "contains": contains.build,
    "regex": regex.build,
    "numeric": numeric.build,
    "json_fields": json_fields.build,
    "token_f1": token_f1.build,
}
NEEDS_NO_REFERENCE = frozenset({"regex"})


def build(scorer: Scorer) -> Score:
    """The function that scores for `scorer`. Raises PatternRefused."""
    return BUILDERS[scorer.kind](scorer)


__all__ = ["BUILDERS", "NEEDS_NO_REFERENCE", "PatternRefused", "Score", "build"]
