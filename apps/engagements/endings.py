"""What still stands in the way of closing an engagement. The app that has something in hand registers in `ready()`."""

from collections.abc import Callable

from .models import Engagement

InHand = Callable[[Engagement], str]
_asks: dict[str, InHand] = {}


def register(name: str, ask: InHand) -> None:
    """`ask(engagement)` gives a sentence that says what is under way there and what to do about it, or nothing; a
    second one of that name replaces the first."""
    _asks[name] = ask


def in_hand(engagement: Engagement) -> list[str]:
    """All that has to come to its end before the engagement can be closed."""
    return [said for said in (ask(engagement) for ask in _asks.values()) if said]
