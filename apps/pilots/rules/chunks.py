"""How rows are cut into chunks, and when a target has given no answer at all."""

from collections.abc import Iterator, Mapping

SMALLEST, LARGEST = 20, 500


def size(concurrency: int, rows: int) -> int:
    """Rows of one chunk: enough to keep `concurrency` calls in flight, few enough to see progress."""
    wanted = max(SMALLEST, min(LARGEST, concurrency * 8))
    return max(1, min(wanted, rows))


def spans(rows: int, size: int) -> Iterator[tuple[int, int]]:
    """[start, stop) of each chunk, covering 0 … rows exactly once."""
    for start in range(0, rows, size):
        yield start, min(start + size, rows)


def is_silent(done: int, errors: Mapping[str, int]) -> bool:
    """Whether a target that was called has never answered: then its run is broken rather than undecided."""
    return done > 0 and sum(errors.values()) == done
