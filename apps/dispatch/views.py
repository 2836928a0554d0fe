"""Sites: the list, one site's page, adding one, introducing its key, letting it go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import STAFF
from apps.core.forms import refusals_into
from apps.core.pages import Filter, page_of
from apps.core.web import confirmation, field_check, page_or_fragment
from apps.engagements.selectors import SEE_ALL, clients_of

from . import presenters, selectors
from .access import site_check
from .forms import KeyForm, SiteForm
from .models import Site
from .panel import rows_of
from .services import sites


@access(roles=STAFF)
def site_list(request: PersonRequest) -> HttpResponse:
    words, client = request.GET.get("q", ""), request.GET.get("client", "")
    page = page_of(request, selectors.search_sites(request.user, words=words, client=client))
    having = clients_of(request.user).filter(sites__isnull=False).distinct()
    clients = [(str(each.pk), each.name) for each in having]
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list)),
        "search": words,
        "filters": [Filter("client", "All clients", [(selectors.LOCAL, "Local"), *clients], client)],
        "narrowed": bool(words or client),
        "may_add": request.user.role in SEE_ALL,
    }
    return page_or_fragment(
        request, "dispatch/site_list.html", context, fragments={"sites": "dispatch/_sites.html"}
    )


@access(roles=SEE_ALL, methods=["GET", "POST"])
def site_new(request: PersonRequest) -> HttpResponse:
    form = SiteForm(request.POST or None, by=request.user, initial={"client": request.GET.get("client")})
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            return redirect(sites.enroll(by=request.user, **form.cleaned_data))
    return render(request, "dispatch/site_new.html", {"form": form})


@access(roles=STAFF, checks=[site_check])
def site_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _page(request, selectors.get_visible(request.user, pk))


@access(roles=SEE_ALL, methods=["POST"], checks=[site_check])
def site_key(request: PersonRequest, pk: UUID) -> HttpResponse:
    site = selectors.get_visible(request.user, pk)
    form = KeyForm(request.POST)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        sites.introduce(by=request.user, site=site, **form.cleaned_data)
        messages.success(request, f"{site.name} is known by its key. It appears here once it runs.")
        return redirect(site)
    return _page(request, site, form=form, status=409)


@access(roles=SEE_ALL, methods=["GET", "POST"], checks=[site_check])
def site_deactivate(request: PersonRequest, pk: UUID) -> HttpResponse:
    site = selectors.get_visible(request.user, pk)
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Deactivate {site.name}?",
            text="Nothing is sent to it and nothing accepted from it until it is activated again. "
            "What it has in hand is then asked for again.",
            action="Deactivate",
            back=site.get_absolute_url(),
        )
    sites.deactivate(by=request.user, site=site)
    messages.success(request, f"{site.name} is deactivated.")
    return redirect(site)


@access(roles=SEE_ALL, methods=["POST"], checks=[site_check])
def site_activate(request: PersonRequest, pk: UUID) -> HttpResponse:
    site = selectors.get_visible(request.user, pk)
    sites.activate(by=request.user, site=site)
    messages.success(request, f"{site.name} is active again.")
    return redirect(site)


def _page(
    request: PersonRequest, site: Site, *, form: KeyForm | None = None, status: int = 200
) -> HttpResponse:
    """A site's page: how it is and what its policy allows; for those who add sites, how it is set up."""
    may_change = request.user.role in SEE_ALL
    health = presenters.health_of(site)
    asked = health.state == "new" or form is not None or "setup" in request.GET
    shown = may_change and site.client is not None and asked
    context = {
        "site": site,
        "health": health,
        "facts": presenters.facts_of(site),
        "differs": presenters.differs(site),
        "policy": presenters.policy_of(site),
        "policy_file": presenters.policy_file(site),
        "policy_command": presenters.command_line(site, "policy"),
        "secret_command": presenters.command_line(site, "secret", "NAME"),
        "failures": presenters.failures_of(site),
        "may_change": may_change,
        "setup": presenters.setup_of(site) if shown else {},
        "reachable": presenters.reachable(),
        "form": form or KeyForm(),
    }
    return render(request, "dispatch/site_detail.html", context, status=status)
