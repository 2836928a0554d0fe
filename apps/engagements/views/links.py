"""Links between items of one engagement."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.core.forms import refusals_into
from apps.core.web import field_check, page_or_fragment

from ..access import ItemRequest, item_access
from ..forms.around import LinkForm
from ..models import Item
from ..presenters.around import links_part
from ..selectors.around import find_others, get_link
from ..services import links


@item_access(Item, work=True, methods=["POST"])
def link_add(request: ItemRequest, pk: UUID) -> HttpResponse:
    item, user = request.item, request.user
    form = LinkForm(request.POST, by=user, item=item)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            links.add_link(by=user, item=item, **form.cleaned_data)
        if not form.errors:
            if request.headers.get("HX-Target") != "links":
                return _to_links(item)
            form = LinkForm(by=user, item=item)
    return _links(request, form)


@item_access(Item, work=True, methods=["POST"])
def link_remove(request: ItemRequest, pk: UUID, link: UUID) -> HttpResponse:
    item = request.item
    links.remove_link(by=request.user, link=get_link(request.user, item, link))
    if request.headers.get("HX-Target") == "links":
        return _links(request)
    messages.success(request, "The two are no longer linked.")
    return _to_links(item)


@item_access(Item, work=True)
def link_others(request: ItemRequest, pk: UUID) -> HttpResponse:
    """What may be meant by what is being typed: the choices of the field, as a fragment."""
    found = find_others(request.user, request.item, request.GET.get("other", "")[:300])
    return render(request, "engagements/_link_others.html", {"others": found})


def _links(request: ItemRequest, form: LinkForm | None = None) -> HttpResponse:
    context = links_part(request, request.item, form)
    context |= {"part": "links", "part_template": "engagements/_links.html"}
    return page_or_fragment(
        request, "engagements/item_part.html", context, fragments={"links": "engagements/_links.html"}
    )


def _to_links(item: Item) -> HttpResponse:
    return redirect(f"{reverse('items:detail', args=[item.pk])}#links")
