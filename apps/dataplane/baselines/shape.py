"""The shape that all baselines share."""

from collections.abc import Sequence
from typing import Protocol


class NoRows(Exception):
    """There is nothing to learn from."""


class Baseline(Protocol):
    def answers(self, texts: Sequence[str]) -> Sequence[str]:
        """One label for each text."""
        ...
