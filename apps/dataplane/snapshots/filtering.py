"""Which rows of a source a dataset is about."""

import math
from collections.abc import Callable, Sequence

from ..contract.plan import Condition
from .columns import positions

Test = Callable[[str], bool]


def matcher(
    columns: Sequence[str], conditions: Sequence[Condition]
) -> Callable[[Sequence[str | None]], bool]:
    """Whether a row satisfies all conditions. Raises Refusal for a column that is not there."""
    places = positions(columns, [condition.column for condition in conditions])
    tests = [(place, _test(condition)) for place, condition in zip(places, conditions, strict=True)]
    return lambda row: all(test(row[place] or "") for place, test in tests)


def _test(condition: Condition) -> Test:
    values = condition.values
    known = frozenset(values)
    if condition.operator in ("at_least", "at_most"):
        return _comparison(condition.operator == "at_least", number_of(values[0]))
    tests: dict[str, Test] = {
        "is": lambda text: text in known,
        "is_not": lambda text: text not in known,
        "contains": lambda text: any(value in text for value in values),
        "filled": lambda text: bool(text.strip()),
        "empty": lambda text: not text.strip(),
    }
    return tests[condition.operator]


def _comparison(upwards: bool, bound: float | None) -> Test:
    def holds(text: str) -> bool:
        value = number_of(text)
        if value is None or bound is None:
            return False
        return value >= bound if upwards else value <= bound

    return holds


def number_of(text: str) -> float | None:
    """The number that a text is, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None
