"""A person's own inbox, and the bell that tells of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.access import EVERYONE, PersonRequest, access
from apps.core.pages import Filter
from apps.core.web import page_or_fragment, wants_fragment

from .. import presenters, selectors, services
from ..rules import preferences


@access(roles=EVERYONE)
def inbox_list(request: PersonRequest) -> HttpResponse:
    """What the person was told, by day. First what is unread; `?show=all` for everything."""
    everything, about = request.GET.get("show") == "all", request.GET.get("about", "")
    page = selectors.inbox_page(
        request.user, unread=not everything, about=about, before=request.GET.get("before", "")
    )
    offered = preferences.offered(staff=request.user.is_staff_member)
    kinds = [(name, label) for name, (label, _) in offered.items()]
    context = {
        "page": page,
        "days": presenters.days_of(page.entries),
        "everything": everything,
        "about": about if about in preferences.ABOUT else "",
        "filters": [Filter("about", "All kinds", kinds, about)],
        "tabs": [
            {"name": "Unread", "href": reverse("delivery:inbox"), "current": not everything},
            {"name": "All", "href": reverse("delivery:inbox") + "?show=all", "current": everything},
        ],
        "some_unread": any(entry.read_at is None for entry in page.entries),
    }
    fragments = {"entries": "delivery/_entries.html"}
    return page_or_fragment(request, "delivery/inbox_list.html", context, fragments=fragments)


@access(
    public=True, reason="asked in the background; who has signed out is told nothing, and stays on the page"
)
def bell(request: HttpRequest) -> HttpResponse:
    """The bell as it is now."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "delivery/bell_now.html")


@access(roles=EVERYONE)
def entry_open(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Marks the entry as read and leads to what it is about."""
    entry = selectors.get_entry(request.user, pk)
    if request.method == "GET":
        services.mark(by=request.user, entry=entry, read=True)
    about = entry.item or entry.webhook or entry.engagement
    return redirect(about or "delivery:inbox")


@access(roles=EVERYONE, methods=["POST"])
def entry_mark(request: PersonRequest, pk: UUID) -> HttpResponse:
    entry = selectors.get_entry(request.user, pk)
    services.mark(by=request.user, entry=entry, read=request.POST.get("read") != "0")
    if wants_fragment(request):
        context = {"row": presenters.row_of(entry), "apart": True}
        return render(request, "delivery/entry_marked.html", context)
    return redirect(_back(request))


@access(roles=EVERYONE, methods=["POST"])
def all_read(request: PersonRequest) -> HttpResponse:
    """Marks as read what the person has looked at: up to the entry `until`, the first on their page."""
    about = request.POST.get("about", "")
    until = selectors.get_entry_or_none(request.user, request.POST.get("until", ""))
    if until is None:
        messages.error(request, "Nothing was marked: that list has changed meanwhile. Look again.")
    else:
        about = about if about in preferences.ABOUT else ""
        count = services.mark_all_read(by=request.user, until=until.at, about=about)
        messages.success(request, f"{count} marked as read." if count else "Everything was read already.")
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return back if ours else reverse("delivery:inbox")
