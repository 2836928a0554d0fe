"""The page of any item, and the buttons that change it in place."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from apps.core.errors import Refused
from apps.core.web import confirmation, wants_fragment

from .. import itempages
from ..access import ItemRequest, item_access
from ..models import Item
from ..presenters.items import head_of, may_work, middle_of
from ..rules.moves import state_words
from ..services import audience, items, moves


@item_access(Item, client_visible=True, removed=True)
def item_detail(request: ItemRequest, pk: UUID) -> HttpResponse:
    """An item's page, unless its kind has one of its own. What was removed can be restored from here."""
    item = request.item
    own = itempages.route_of(item.kind)
    if own and item.removed_at is None:
        return redirect(own, pk)
    return render(request, "engagements/item_detail.html", _context(request))


@item_access(Item, work=True, methods=["POST"])
def item_move(request: ItemRequest, pk: UUID) -> HttpResponse:
    item, state = request.item, _said(request, "state")
    try:
        moved = moves.press(by=request.user, item=item, state=state, seen=_said(request, "seen"))
        messages.success(request, f"{item.reference} is now {state_words(moved.state).lower()}.")
    except Refused as error:
        messages.error(request, error.message)
    return _answer(request)


@item_access(Item, work=True, methods=["POST"])
def item_audience(request: ItemRequest, pk: UUID) -> HttpResponse:
    visible = _said(request, "client_visible") == "1"
    try:
        audience.show_to_client(by=request.user, item=request.item, visible=visible)
        seen = "is shown to the client's viewers" if visible else "is internal"
        messages.success(request, f"{request.item.reference} {seen} now.")
    except Refused as error:
        messages.error(request, error.message)
    return _answer(request)


@item_access(Item, work=True, methods=["POST"])
def item_remove(request: ItemRequest, pk: UUID) -> HttpResponse:
    """Out of sight at once; a notice offers to bring it back."""
    item = request.item
    try:
        moves.take_away(by=request.user, item=item)
    except Refused as error:
        messages.error(request, error.message)
        return _answer(request)
    said = render_to_string("engagements/_item_undo.html", {"item": item}, request)
    messages.success(request, said)
    if wants_fragment(request):
        return HttpResponseClientRedirect(item.engagement.get_absolute_url())
    return redirect(item.engagement)


@item_access(Item, work=True, removed=True, methods=["GET", "POST"])
def item_restore(request: ItemRequest, pk: UUID) -> HttpResponse:
    item = request.item
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Restore {item.reference}?",
            text=f"“{item.title}” is shown again wherever it was, with all that hangs on it.",
            action="Restore",
            back=item.engagement.get_absolute_url(),
            tone="primary",
        )
    items.restore(by=request.user, item=item)
    messages.success(request, f"{item.reference} is back.")
    if wants_fragment(request):
        return HttpResponseClientRedirect(reverse("items:detail", args=[pk]))
    return redirect("items:detail", pk)


def _answer(request: ItemRequest) -> HttpResponse:
    """The item as it is now: where it stood on the page for htmx, else its page."""
    if wants_fragment(request) and request.headers.get("HX-Target") == "item":
        request.item = Item.objects.select_related("engagement__client", "owner", "by").get(
            pk=request.item.pk
        )
        return render(request, "engagements/_item.html", {**_context(request), "fragment": True})
    return redirect("items:detail", request.item.pk)


def _context(request: ItemRequest) -> dict[str, object]:
    item = request.item
    head = head_of(request.user, item, may_work=may_work(request, item.engagement))
    return {**head, **middle_of(request, item)}


def _said(request: HttpRequest, name: str) -> str:
    """A word out of a form of buttons; nothing that is longer than any of theirs."""
    return request.POST.get(name, "")[:40].replace("\0", "")
