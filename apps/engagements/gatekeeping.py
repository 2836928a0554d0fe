"""What gates tell the registries that all items share."""

from typing import Any

from apps.core.errors import Refused

from .models import EntryKind, Gate, Item, Kind
from .selectors.gates import approvable_gate
from .services.rechecking import recheck

# What the checks of this app look at; other apps look again at theirs themselves, but for what is removed.
LOOKED_AT = frozenset({Kind.RISK, Kind.ACCESS_REQUEST, Kind.ENTRY})
RETURNING = frozenset({"removed", "restored"})


def refuse_moving(gate: Gate, state: str) -> dict[str, Any]:
    """A gate changes its state by a decision alone. Always raises Refused."""
    raise Refused("gate", f"{gate} becomes {state} by a decision on its own page alone.", field="state")


def approvable_item(item: Item) -> str:
    """The digest of what somebody approves with a gate."""
    gate = (
        item if isinstance(item, Gate) else Gate.objects.select_related("engagement__client").get(pk=item.pk)
    )
    return approvable_gate(gate)


def look_again(item: Item, done: str) -> None:
    """Look at the engagement's gates again when something has changed that one of their checks looks at."""
    blocks = getattr(item, "entry_kind", EntryKind.BLOCKER) == EntryKind.BLOCKER
    if (
        item.kind == Kind.ENTRY and done == "written" and not blocks
    ):  # what is changed may have been a blocker
        return
    if item.kind in LOOKED_AT or (done in RETURNING and item.kind in {Kind.CRITERION, Kind.USE_CASE}):
        recheck(item.engagement)
