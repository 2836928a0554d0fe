"""One click takes something of a list to another state, in place."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.core.errors import Refused

from ...access import ItemRequest, item_access
from ...models import Item, Kind
from ...services import moves

LISTS = {
    Kind.ACTION: "actions",
    Kind.MILESTONE: "milestones",
    Kind.ACCESS_REQUEST: "requests",
    Kind.STAKEHOLDER: "stakeholders",
    **dict.fromkeys((Kind.RISK, Kind.ASSUMPTION, Kind.ISSUE, Kind.DEPENDENCY), "raid"),
}


@item_access(Item, work=True, methods=["POST"])
def item_move(request: ItemRequest, pk: UUID) -> HttpResponse:
    """To the state that the button names, and back to the list as it was narrowed: as a page, or for htmx as
    its fragment."""
    item: Item = request.item
    state, seen = (request.POST.get(name, "")[:20].replace("\0", "") for name in ("state", "seen"))
    if item.kind not in LISTS:
        raise Refused("register", f"{item.reference} is in no register; its own page changes its state.")
    try:
        moves.press(by=request.user, item=item, state=state, seen=seen)
        messages.success(request, f"{item.reference} is {state} now.")
    except Refused as error:
        messages.error(request, error.message)
    address = reverse(f"registers:{LISTS[Kind(item.kind)]}", args=[item.engagement_id])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)
