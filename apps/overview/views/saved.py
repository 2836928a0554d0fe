"""Saved views of the portfolio."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.core.web import confirmation

from ..selectors.saved_views import get_view
from ..services import saved_views


@access(roles=STAFF, methods=["POST"])
def view_save(request: PersonRequest) -> HttpResponse:
    query = request.POST.get("query", "")[:1000]
    try:
        view = saved_views.save_view(by=request.user, name=request.POST.get("name", ""), query=query)
    except Refused as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('overview:portfolio')}?{query}")
    messages.success(request, f"“{view.name}” is kept.")
    return redirect("overview:view", view.pk)


@access(roles=STAFF)
def view_open(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The portfolio as it was kept."""
    view = get_view(request.user, pk)
    address = reverse("overview:portfolio")
    return redirect(f"{address}?{view.query}" if view.query else address)


@access(roles=STAFF, methods=["GET", "POST"])
def view_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    view = get_view(request.user, pk)
    back = reverse("overview:portfolio")
    if request.method == "POST":
        saved_views.remove_view(view=view)
        messages.success(request, f"“{view.name}” is forgotten.")
        return redirect(back)
    return confirmation(
        request,
        title=f"Forget “{view.name}”?",
        text="The view alone; no engagement.",
        action="Forget",
        back=back,
    )
