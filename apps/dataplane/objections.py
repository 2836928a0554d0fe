"""Why a well-signed order is still not one to execute."""

from .contract.messages import Operation, Order
from .site import is_id


def objection(order: Order) -> str | None:
    """An error's code, or None."""
    if not is_id(order.run) or order.plan.run != order.run:
        return "envelope_malformed"
    if order.plan.digest() != order.digest:
        return "envelope_digest"
    slot = order.slot
    if order.operation is Operation.CHUNK:
        fits = slot is not None and 0 <= slot.target < len(order.plan.targets) and 0 <= slot.start < slot.stop
        return None if fits else "plan_unsupported"
    return None
