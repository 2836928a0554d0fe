"""How an engagement ends: closed, put away in the archive, opened again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import confirmation, field_check

from .. import endings
from ..access import EngagementRequest, access
from ..forms.endings import CloseForm, ReopenForm
from ..selectors.endings import still_open
from ..services import endings as services


@access(engagement="pk", staffing=True, methods=["GET", "POST"])
def engagement_close(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    form = CloseForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.close(by=request.user, engagement=engagement, **form.cleaned_data)
        if not form.errors:
            messages.success(request, f"{engagement} is closed.")
            return redirect(engagement)
    context = {
        "engagement": engagement,
        "form": form,
        "in_hand": endings.in_hand(engagement),
        "left": still_open(engagement),
    }
    return render(request, "engagements/engagement_close.html", context)


@access(engagement="pk", staffing=True, closed=True, methods=["GET", "POST"])
def engagement_reopen(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    form = ReopenForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.reopen(by=request.user, engagement=engagement, **form.cleaned_data)
        if not form.errors:
            messages.success(request, f"{engagement} is open again.")
            return redirect(engagement)
    return render(request, "engagements/engagement_reopen.html", {"engagement": engagement, "form": form})


@access(engagement="pk", staffing=True, closed=True, methods=["GET", "POST"])
def engagement_archive(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    if request.method != "POST":
        text = "It leaves the lists. Links, search and the filter “archived” still find it."
        back = engagement.get_absolute_url()
        return confirmation(request, title=f"Archive {engagement}?", text=text, action="Archive", back=back)
    services.archive(by=request.user, engagement=engagement)
    messages.success(request, f"{engagement} is archived.")
    return redirect(engagement)


@access(engagement="pk", staffing=True, closed=True, methods=["POST"])
def engagement_bring_back(request: EngagementRequest, pk: UUID) -> HttpResponse:
    services.bring_back(by=request.user, engagement=request.engagement)
    messages.success(request, f"{request.engagement} is out of the archive.")
    return redirect(request.engagement)
