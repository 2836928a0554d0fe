"""The sources of an engagement: the list, a new one, one source, its changes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.web import confirmation, field_check, page_or_fragment
from apps.engagements.access import EngagementRequest, access
from apps.engagements.selectors import may_work_on

from .. import presenters, selectors, services
from ..forms.sources import LevelForm, edit_form_for, form_for
from ..models import Source

COLUMNS = 100  # of a source on one page
NEWEST = 10  # datasets beneath the sources


@access(engagement="pk")
def source_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    datasets = selectors.datasets_of(engagement)
    page = page_of(request, selectors.sources_of(engagement))
    context = {
        "engagement": engagement,
        "page": page,
        "sources": presenters.source_rows(page.object_list),
        "datasets": presenters.dataset_rows(datasets[:NEWEST]),
        "dataset_count": datasets.count(),
        "newest": NEWEST,
        "uploads": selectors.takes_uploads(selectors.site_of(engagement)),
        "may_work": may_work_on(request.user, engagement),
    }
    return render(request, "connectors/source_list.html", context)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def source_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """A new source, tested at once. The query says of which kind, and may fill the form in."""
    engagement, kind = request.engagement, request.GET.get("kind", "")
    form = form_for(kind, request.POST or None, initial=request.GET.dict())
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            source = services.add_source(
                by=request.user,
                engagement=engagement,
                source=form.cleaned_data["source"],
                name=form.cleaned_data["name"],
            )
        if not form.errors:
            _test(request, source)
            return redirect(source)
    site = selectors.site_of(engagement)
    context = {
        "engagement": engagement,
        "form": form,
        "database": kind == "postgres",
        "site": site,
        "uploads": selectors.takes_uploads(site),
    }
    return render(request, "connectors/source_new.html", context)


@access(engagement="pk")
def source_detail(request: EngagementRequest, pk: UUID, source: UUID) -> HttpResponse:
    """One source, what its last test has shown, and its datasets. While the site is asked, htmx asks here."""
    engagement = request.engagement
    found = selectors.get_source(engagement, source)
    site = selectors.site_of(engagement)
    tested = presenters.tested(found, site)
    if tested.told != "answered" and request.GET.get("told") == tested.told and request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    context = {
        "engagement": engagement,
        "source": found,
        "facts": presenters.facts_of(found),
        "site": site,
        "tested": tested,
        "page": page_of(request, presenters.column_rows(found), COLUMNS),
        "sentence": presenters.sentence(found, site),
        "rows": presenters.first_rows(found),
        "level_form": LevelForm(highest=site.level) if site else None,
        "datasets": presenters.dataset_rows(selectors.datasets_of(engagement).filter(source=found)[:NEWEST]),
        "may_work": may_work_on(request.user, engagement),
    }
    return page_or_fragment(
        request, "connectors/source_detail.html", context, fragments={"tested": "connectors/_tested.html"}
    )


@access(engagement="pk", work=True, methods=["POST"])
def source_test(request: EngagementRequest, pk: UUID, source: UUID) -> HttpResponse:
    found = selectors.get_source(request.engagement, source)
    form = LevelForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such level.")
        return redirect(found)
    services.preview(by=request.user, source=found, level=form.cleaned_data["level"])
    return redirect(found)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def source_edit(request: EngagementRequest, pk: UUID, source: UUID) -> HttpResponse:
    found = selectors.get_source(request.engagement, source)
    in_use = found.datasets.exists()
    form = edit_form_for(found, request.POST or None, fixed=in_use)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.change_source(
                by=request.user,
                row=found,
                source=form.cleaned_data["source"],
                name=form.cleaned_data["name"],
                version=form.cleaned_data["version"],
            )
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(found)
    context = {
        "engagement": request.engagement,
        "source": found,
        "form": form,
        "database": found.kind == "postgres",
        "in_use": in_use,
        "query": presenters.as_query(found),
    }
    return render(request, "connectors/source_edit.html", context)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def source_delete(request: EngagementRequest, pk: UUID, source: UUID) -> HttpResponse:
    found = selectors.get_source(request.engagement, source)
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Remove {found}?",
            text="Fieldwork forgets where it lies and what it knew of its columns. The rows stay where they are.",
            action="Remove",
            back=found.get_absolute_url(),
        )
    services.remove_source(by=request.user, source=found)
    messages.success(request, f"{found} is removed.")
    return redirect(reverse("connectors:sources", args=[pk]))


def _test(request: EngagementRequest, source: Source) -> None:
    """A source is kept even when no site can be asked about it yet."""
    try:
        services.preview(by=request.user, source=source)
    except Refused as error:
        messages.warning(request, error.message)
