"""Who may learn of an item."""

from typing import TypeVar

from django.db import transaction

from apps.accounts.models import Role, User
from apps.core.errors import Refused

from ..models import Item
from ..rules.items import INTERNAL
from . import items

Row = TypeVar("Row", bound=Item)


@transaction.atomic
def show_to_client(*, by: User | None, item: Row, visible: bool, version: int | None = None) -> Row:
    """Let the client's viewers see an item, or no longer. Raises Refused for a kind that always stays
    internal, and for hiding what a client viewer owns."""
    if visible and item.kind in INTERNAL:
        raise Refused("internal", f"A {item.kind} always stays internal.", field="client_visible")
    owner = item.owner
    if not visible and owner and owner.role == Role.CLIENT:
        message = f"{owner.name} of the client owns this and would lose sight of it; give it to somebody else first."
        raise Refused("hidden_from_owner", message, field="client_visible")
    return items.change(by=by, item=item, version=version, client_visible=visible)
