"""Endpoints: the list, one endpoint's page with its try, a new one, changing, retiring and restoring one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.pages import Filter, page_of
from apps.core.web import confirmation, field_check, page_or_fragment, wants_fragment
from apps.dispatch import selectors as dispatch
from apps.dispatch.models import Site
from apps.engagements.models import Client
from apps.engagements.selectors import SEE_ALL, clients_of

from . import presenters, selectors, services
from .access import seen, tried, written
from .forms import EditEndpointForm, NewEndpointForm, TrialForm
from .models import Endpoint, Kind, Place


@access(roles=STAFF)
def endpoint_list(request: PersonRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    chosen = {name: request.GET.get(name, "") for name in ("client", "kind", "place", "shown")}
    page = page_of(request, selectors.search(request.user, words=words, **chosen))
    context = {
        "page": page,
        "rows": [presenters.row_of(endpoint) for endpoint in page.object_list],
        "search": words,
        "filters": _filters(request, chosen),
        "narrowed": bool(words or any(chosen.values())),
    }
    return page_or_fragment(
        request, "catalog/endpoint_list.html", context, fragments={"endpoints": "catalog/_endpoints.html"}
    )


@access(roles=STAFF, methods=["GET", "POST"])
def endpoint_new(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = NewEndpointForm(request.POST or None, by=user, initial={"client": request.GET.get("client")})
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            made = services.add(by=user, client=form.cleaned_data["client"], **form.details())
        if not form.errors:
            return redirect(made)
    shown = form.is_bound or user.role in SEE_ALL or selectors.clients_written_by(user).exists()
    return render(request, "catalog/endpoint_new.html", {"form": form, "shown": shown})


@access(roles=STAFF, checks=[seen])
def endpoint_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    endpoint = selectors.get_visible(request.user, pk)
    trial = presenters.trial_of(endpoint)
    if wants_fragment(request) and request.GET.get("seen") == trial.state:
        return HttpResponse(status=204)  # nothing has changed since
    return _page(request, endpoint)


@access(roles=STAFF, methods=["GET", "POST"], checks=[written])
def endpoint_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    endpoint = selectors.get_visible(request.user, pk)
    form = EditEndpointForm(request.POST or None, row=endpoint)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            version = form.cleaned_data["version"]
            services.change(by=request.user, endpoint=endpoint, version=version, **form.details())
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(endpoint)
    return render(request, "catalog/endpoint_edit.html", {"endpoint": endpoint, "form": form})


@access(roles=STAFF, methods=["GET", "POST"], checks=[written])
def endpoint_retire(request: PersonRequest, pk: UUID) -> HttpResponse:
    endpoint = selectors.get_visible(request.user, pk)
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Retire {endpoint.name}?",
            text="It can no longer be chosen. Evaluations that use it keep what they have copied. "
            "It can be restored.",
            action="Retire",
            back=endpoint.get_absolute_url(),
        )
    services.retire(by=request.user, endpoint=endpoint)
    messages.success(request, f"{endpoint.name} is retired.")
    return redirect(endpoint)


@access(roles=STAFF, methods=["POST"], checks=[written])
def endpoint_restore(request: PersonRequest, pk: UUID) -> HttpResponse:
    endpoint = selectors.get_visible(request.user, pk)
    services.restore(by=request.user, endpoint=endpoint)
    messages.success(request, f"{endpoint.name} can be chosen again.")
    return redirect(endpoint)


@access(roles=STAFF, methods=["POST"], checks=[tried])
def endpoint_try(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Have it called from the site; both ways lead back to its page: as a page, or for htmx as its fragment."""
    endpoint = selectors.get_visible(request.user, pk)
    form = TrialForm(request.POST, by=request.user) if endpoint.client is None else None
    if form and not form.is_valid():
        return _page(request, endpoint, form=form, status=200 if wants_fragment(request) else 409)
    site = _site_of(endpoint.client or (form.cleaned_data["client"] if form else None))
    services.ask(by=request.user, endpoint=endpoint, site=site)
    return redirect(endpoint)


def _page(
    request: PersonRequest, endpoint: Endpoint, *, form: TrialForm | None = None, status: int = 200
) -> HttpResponse:
    user = request.user
    context = {
        "endpoint": endpoint,
        "trial": presenters.trial_of(endpoint),
        "facts": presenters.facts_of(endpoint),
        "key": presenters.key_of(endpoint, _usual_site(endpoint)),
        "may_write": selectors.may_write(user, endpoint),
        "may_try": endpoint.retired_at is None and selectors.may_try(user, endpoint),
        "form": form or (TrialForm(by=user) if endpoint.client is None else None),
    }
    return page_or_fragment(
        request,
        "catalog/endpoint_detail.html",
        context,
        fragments={"trial": "catalog/_trial.html"},
        status=status,
    )


def _filters(request: PersonRequest, chosen: dict[str, str]) -> list[Filter]:
    having = clients_of(request.user).filter(endpoints__isnull=False).distinct()
    clients = [(str(each.pk), each.name) for each in having]
    choices: dict[str, tuple[str, Any]] = {
        "client": ("All clients", [(selectors.EVERY, "For every client"), *clients]),
        "kind": ("All APIs", Kind.choices),
        "place": ("Wherever it runs", Place.choices),
        "shown": ("In use", [(selectors.RETIRED, "Retired")]),
    }
    return [Filter(name, every, listed, chosen[name]) for name, (every, listed) in choices.items()]


def _site_of(client: Client | None) -> Site:
    """Where a try of this client's is made. Raises Refused without a site."""
    return dispatch.site_for(client) if client else dispatch.local_site()


def _usual_site(endpoint: Endpoint) -> Site | None:
    """The site that keeps its key, as far as there is one."""
    try:
        return _site_of(endpoint.client)
    except Refused:
        return None
