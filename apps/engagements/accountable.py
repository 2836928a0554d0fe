"""Who answers for an engagement by name, besides its members, such as a use case's business owner. Apps register what
they know in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.accounts.models import User

from .models import Engagement


@dataclass(frozen=True)
class Accountable:
    """One name. role: what they answer for, in words; email: empty where nobody has given one."""

    name: str
    role: str
    email: str = ""


Ask = Callable[[User, Engagement], list[Accountable]]
_asks: dict[str, Ask] = {}


def register(name: str, ask: Ask) -> None:
    """Add whom `ask(user, engagement)` names, in a constant number of queries, and of whom that person may know."""
    _asks[name] = ask


def of(user: User, engagement: Engagement) -> list[Accountable]:
    """Whom all the apps together name."""
    return [one for ask in _asks.values() for one in ask(user, engagement)]
