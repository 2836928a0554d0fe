"""When a mail that did not go out is tried again. Pure decisions."""

from datetime import timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=4)
MOST = 14  # attempts; by then a day and a half has passed
# After this, a mail in hand is taken for lost with its worker. Far beyond what a mail server may take.
IN_HAND = timedelta(minutes=10)


def pause(attempts: int, roll: float) -> timedelta | None:
    """How long to wait after so many attempts; None when that was the last one. Doubles each time up to
    `LONGEST`; `roll` (0 to 1, at random) takes away up to half of it, so that not everything comes at once."""
    if attempts >= MOST:
        return None
    doublings: int = 2 ** min(attempts - 1, 16)
    return min(FIRST * doublings, LONGEST) * (1 - roll / 2)


def is_final(code: int | None, *, of_the_mail: bool) -> bool:
    """Whether a mail server's answer is its last word: 5xx about this very mail. One about us (a password that
    it does not take, no service at all) is to be mended here, and keeps the mail waiting."""
    return of_the_mail and code is not None and 500 <= code <= 599
