"""When to try again: full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015), or when the endpoint says."""

import random
import time
from email.utils import parsedate_to_datetime

BASE = 0.5  # seconds before the first retry, at most
LONGEST = 30.0  # seconds of a wait that we choose
LONGEST_TOLD = 120.0  # seconds of a wait that the endpoint asks for


def backoff(failures: int, told: float | None = None) -> float:
    """Seconds to wait after the `failures`-th failed attempt (from 1).

    `told` is what Retry-After asks for: never less than that, and a little more, so that not all come back at once.
    """
    spread = random.uniform(0, min(LONGEST, BASE * 2.0 ** min(failures - 1, 16)))  # noqa: S311
    return spread if told is None else told + min(spread, 1.0)


def retry_after(header: str | None, now: float | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date), at most LONGEST_TOLD."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - (time.time() if now is None else now)
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_TOLD) if seconds == seconds else None
