"""The shape that all scorers share."""

from collections.abc import Callable

# (answer, reference) → a score from 0 to 1, or None when the answer lacks the structure that the scorer
# needs: it then counts 0 and the answer is unparsable. Never raises, and takes time linear in its input.
Score = Callable[[str, str], float | None]


class PatternRefused(Exception):
    """The regular expression is not one that RE2 accepts."""
