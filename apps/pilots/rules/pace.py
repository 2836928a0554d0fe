"""Rate and time left, from the last moments of a run. Marks are [seconds since the epoch, samples done]."""

from collections.abc import Sequence


def recent(marks: Sequence[Sequence[float]]) -> float | None:
    """Samples per second between the oldest and the newest mark; None while there is nothing to go by."""
    if len(marks) < 2:
        return None
    (begin, before), (end, after) = marks[0], marks[-1]
    return max(after - before, 0) / (end - begin) if end > begin else None


def left(rate: float | None, done: int, total: int | None) -> float | None:
    """Seconds to go at that rate; None when the rate or the total is not known."""
    if not rate or total is None:
        return None
    return max(total - done, 0) / rate
