"""Clients: the list, one client's page, a new one, another name."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.access import PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF
from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.web import field_check, page_or_fragment

from .. import panels, selectors, services
from ..access import ClientRequest, client_check
from ..forms import ClientEditForm, ClientForm


@declare(roles=STAFF)
def client_list(request: PersonRequest) -> HttpResponse:
    search = request.GET.get("q", "")
    context = {
        "page": page_of(request, selectors.search_clients(request.user, search)),
        "search": search,
        "may_create": request.user.role in selectors.SEE_ALL,
    }
    return page_or_fragment(
        request, "engagements/client_list.html", context, fragments={"clients": "engagements/_clients.html"}
    )


@declare(roles=selectors.SEE_ALL, methods=["GET", "POST"])
def client_new(request: PersonRequest) -> HttpResponse:
    form = ClientForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            return redirect(services.ensure_client(by=request.user, name=form.cleaned_data["name"]))
    return render(request, "engagements/client_new.html", {"form": form})


@declare(roles=STAFF, checks=[client_check])
def client_detail(request: ClientRequest, pk: UUID) -> HttpResponse:
    client, user = request.client, request.user
    context = {
        "client": client,
        "page": page_of(request, selectors.search(user).filter(client=client)),
        "panels": panels.client_panels_for(user),
        "may_create": user.role in selectors.SEE_ALL,
    }
    return render(request, "engagements/client_detail.html", context)


@declare(roles=selectors.SEE_ALL, methods=["GET", "POST"], checks=[client_check])
def client_edit(request: ClientRequest, pk: UUID) -> HttpResponse:
    client = request.client
    form = ClientEditForm(request.POST or None, row=client)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.rename_client(by=request.user, client=client, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(client)
    return render(request, "engagements/client_edit.html", {"client": client, "form": form})
