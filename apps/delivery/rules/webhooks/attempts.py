"""When a delivery that was not taken is tried again. Pure decisions."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=10)
FACTOR = 4
MOST = 8  # attempts; between the first and the last lies about a day
# After this, a delivery in hand is taken for lost with its worker. Far beyond what a receiver may take.
IN_HAND = timedelta(minutes=2)
PATIENCE = timedelta(days=3)  # a webhook at which everything has failed for so long is paused
OLD_SECRET = timedelta(hours=24)  # for which the secret before still signs
KEPT = timedelta(days=30)
GONE = 410  # the receiver says that it wants no more


def pause(attempts: int, roll: float, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many attempts; None when that was the last one.

    Four times longer each time, up to `LONGEST`; `roll` (0 to 1, at random) makes it up to a quarter shorter or
    longer, so that not everything comes at once. asked: what the receiver has asked for, which may only make it
    longer, and never longer than `LONGEST`.
    """
    if attempts >= MOST:
        return None
    times: int = FACTOR ** min(attempts - 1, 10)
    own = min(FIRST * times, LONGEST) * (0.75 + roll / 2)
    return max(own, min(asked, LONGEST)) if asked else own


def asked_for(header: str, now: datetime) -> timedelta | None:
    """What a Retry-After says, seconds or a date; None for nonsense and for what has passed."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), 10**8))
    else:
        try:
            at = parsedate_to_datetime(text)
            wait = at - now if at.tzinfo else timedelta()
        except (ValueError, TypeError, OverflowError):
            return None
    return wait if wait > timedelta() else None


def is_taken(status: int) -> bool:
    """Whether an answer says that the delivery has arrived."""
    return 200 <= status <= 299
