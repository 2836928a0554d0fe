"""What is expected of somebody on an engagement. Approvals, actions and access requests are known already, and with
them the two sorts of review that there are: results are reviewed by whoever is asked to approve the gate that rests on
them, or the criterion; a security review is asked for like access. Apps register whatever else they know of in
`ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from apps.accounts.models import User

from .models import Engagement


@dataclass(frozen=True)
class Expected:
    """One thing that somebody has to do. kind: such as "Review"; action: the word on the button that leads to
    `href`, such as "Review"; due: a date in nobody's time zone; who: whom it waits for when not for the reader."""

    kind: str
    what: str
    href: str
    action: str
    due: date | None = None
    who: str = ""


Ask = Callable[[User, Engagement], list[Expected]]
_asks: dict[str, Ask] = {}


def register(name: str, ask: Ask) -> None:
    """Add what `ask(user, engagement)` expects of that person, in a constant number of queries, and of things
    alone of which they may know."""
    _asks[name] = ask


def of(user: User, engagement: Engagement) -> list[Expected]:
    """What all the apps together expect of a person there."""
    return [one for ask in _asks.values() for one in ask(user, engagement)]
