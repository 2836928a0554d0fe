"""Two people change the same row: the second one is told instead of overwriting unseen."""

from collections.abc import Iterable
from typing import Any, TypeVar

from .errors import Refused
from .models import Versioned

STALE = "stale"
STALE_WORDS = (
    "Somebody else has changed this since you opened it. Nothing that you typed is lost: look at what is marked, "
    "then save again."
)
Row = TypeVar("Row", bound=Versioned)


def lock_at(row: Row, version: int | None, **wanted: object) -> tuple[Row, dict[str, Any]]:
    """The row, locked until the transaction ends, with what is `wanted` of its fields set; and of the fields
    that this changes, what they held before.

    Nothing to change is never stale, so that a form may be sent twice. Raises Refused when there is
    something to change and the row has moved on since `version` (None: whatever it is), or is gone.
    """
    model = row.__class__  # request.user is a lazy stand-in, whose type is another
    locked = model._default_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
    if locked is None:
        raise Refused("gone", "Somebody else has removed this meanwhile.")
    changed = {name: now for name, value in wanted.items() if (now := getattr(locked, name)) != value}
    if changed and version is not None and locked.version != version:
        raise Refused(STALE, STALE_WORDS)
    for name in changed:
        setattr(locked, name, wanted[name])
    return locked, changed


def keep(row: Versioned, changed: Iterable[str]) -> None:
    """Write the changed fields of a row that `lock_at` gave, as its next version."""
    row.version += 1
    row.save(update_fields=[*changed, "version"])
