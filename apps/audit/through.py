"""What somebody acts through: every event of a request that a token has made names that token."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_through: ContextVar[dict[str, str] | None] = ContextVar("through", default=None)


@contextmanager
def acting_through(token: UUID, name: str) -> Iterator[None]:
    """Whatever is recorded within says that it was done through the token of that id and name."""
    before = _through.set({"token": str(token), "via": f"token {name}"})
    try:
        yield
    finally:
        _through.reset(before)


def present() -> dict[str, str]:
    """What an event of this moment says about it; empty when a person acts at a screen, or Fieldwork itself."""
    return dict(_through.get() or {})
