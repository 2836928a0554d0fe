"""majority: the most frequent label; of several, the first alphabetically (by code point)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from .shape import NoRows


class Majority:
    """See `shape.Baseline`."""

    def __init__(self, label: str) -> None:
        self._label = label

    def answers(self, texts: Sequence[str]) -> Sequence[str]:
        return [self._label] * len(texts)


def fit(rows: Iterable[tuple[str, str]]) -> Majority:
    """Raises NoRows when there are no rows."""
    counted = Counter(label for _, label in rows)
    if not counted:
        raise NoRows
    return Majority(min(counted, key=lambda label: (-counted[label], label)))
