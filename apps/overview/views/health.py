"""How one engagement is doing, why, and a manager's word on it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check
from apps.engagements.access import EngagementRequest, access
from apps.engagements.selectors import SEE_ALL

from ..forms.health import HealthForm
from ..presenters.today import COLOURS, deciding_of
from ..selectors import standings
from ..services.health import end_override, override_health
from ..services.standing import catch_up_with


@access(engagement="pk", methods=["GET", "POST"])
def health(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The colour with all its reasons; managers say otherwise here."""
    may_override = request.user.role in SEE_ALL
    form = HealthForm(request.POST or None) if may_override else None
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and (answer := field_check(request, form)):
        return answer
    if form is not None and form.is_valid():
        with refusals_into(form):
            override_health(by=request.user, engagement=request.engagement, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Your word stands until then, as an override.")
            return redirect("overview:health", pk)
    catch_up_with(request.engagement)
    standing = standings.seen(request.user).get(engagement=pk)
    deciding, others = deciding_of(standing)
    context = {
        "engagement": request.engagement,
        "standing": standing,
        "tone": COLOURS[standing.shown],
        "computed_tone": COLOURS[standing.colour],
        "deciding": deciding,
        "others": others,
        "override": standings.override_of(pk),
        "earlier": standings.overrides_of(pk),
        "form": form,
    }
    return render(request, "overview/health.html", context)


@access(engagement="pk", methods=["POST"])
def health_end(request: EngagementRequest, pk: UUID) -> HttpResponse:
    if request.user.role not in SEE_ALL:
        raise PermissionDenied
    end_override(by=request.user, engagement=request.engagement)
    messages.success(request, "The evidence speaks again.")
    return redirect("overview:health", pk)
