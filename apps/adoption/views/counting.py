"""How use is counted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check
from apps.engagements.access import EngagementRequest, access

from ..forms import CountingForm
from ..services import usage as services


@access(engagement="pk", work=True, methods=["GET", "POST"])
def counting(request: EngagementRequest, pk: UUID) -> HttpResponse:
    usage = services.usage_of(request.engagement)
    form = CountingForm(request.POST or None, row=usage)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.change(by=request.user, usage=usage, **form.cleaned_data)
        if not form.errors:
            messages.success(
                request, "Saved. What another day or week means is counted anew within a minute or so."
            )
            return redirect("adoption:sending", pk)
    return render(request, "adoption/counting.html", {"engagement": request.engagement, "form": form})
