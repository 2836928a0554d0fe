"""What ends with a person's account. Apps that keep something in a person's name register here; it is called within
the transaction that closes the account, and opening it again brings nothing back."""

from collections.abc import Callable

from .models import User

End = Callable[[User | None, User], None]
_ends: list[End] = []


def register(end: End) -> None:
    """Call `end(by, user)` once the account of `user` was closed."""
    if end not in _ends:
        _ends.append(end)


def closed(by: User | None, user: User) -> None:
    """End everything that was registered."""
    for end in _ends:
        end(by, user)
