"""Looking around at the site for a source, and putting a file there."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check, page_or_fragment
from apps.engagements.access import EngagementRequest, access

from .. import presenters, selectors, services
from ..forms.sources import PlaceForm, UploadForm
from ..rules.contents import LARGEST
from ..services.folders import folder_of


@access(engagement="pk", work=True, methods=["GET", "POST"])
def browse(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Asks the site; its answer has a page of its own."""
    engagement = request.engagement
    form = PlaceForm(request.POST if request.method == "POST" else None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            look = services.look_around(by=request.user, engagement=engagement, place=form.place())
            return redirect("connectors:look", pk=pk, look=look.pk)
    site = selectors.site_of(engagement)
    context = {"engagement": engagement, "form": form, "site": site, "uploads": selectors.takes_uploads(site)}
    return render(request, "connectors/browse_new.html", context)


@access(engagement="pk", work=True)
def look_detail(request: EngagementRequest, pk: UUID, look: UUID) -> HttpResponse:
    """What lies there. While the site is asked, htmx asks here."""
    engagement = request.engagement
    found = selectors.get_look(engagement, look)
    local = found.inquiry.plan.site.client_id is None
    around = presenters.around(found, str(folder_of(engagement.client)) if local else "")
    if around.told != "answered" and request.GET.get("told") == around.told and request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    uploads = selectors.takes_uploads(found.inquiry.plan.site)
    context = {"engagement": engagement, "look": found, "around": around, "uploads": uploads}
    return page_or_fragment(
        request, "connectors/look_detail.html", context, fragments={"look": "connectors/_look.html"}
    )


@access(engagement="pk", work=True, methods=["GET", "POST"])
def upload(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """A file for the local site's own folder. Anywhere else the page says how it is done instead."""
    engagement = request.engagement
    site = selectors.site_of(engagement)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        with refusals_into(form):
            return redirect(services.keep_upload(by=request.user, engagement=engagement, **form.cleaned_data))
    context = {
        "engagement": engagement,
        "form": form,
        "site": site,
        "uploads": selectors.takes_uploads(site),
        "folder": folder_of(engagement.client),
        "most": LARGEST // 2**20,
    }
    return render(request, "connectors/upload.html", context)
