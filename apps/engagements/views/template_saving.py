"""An engagement saved as a template: everything that would go into it is shown first, with a tick for each line."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check

from ..access import EngagementRequest, access
from ..forms.templates import SaveAsForm
from ..presenters.template_lines import grouped, left_out
from ..selectors.template_lines import offered
from ..services import templates as services


@access(engagement="pk", work=True, closed=True, methods=["GET", "POST"])
def template_save(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    form = SaveAsForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    kept = request.POST.getlist("keep") if request.method == "POST" else None
    if form.is_valid():
        with refusals_into(form):
            made = services.save_as(
                by=request.user, engagement=engagement, kept=kept or (), **form.cleaned_data
            )
            messages.success(request, f"The template “{made.name}” is kept. This is what it holds.")
            return redirect(made)
    found = offered(engagement)
    context = {
        "engagement": engagement,
        "form": form,
        "groups": grouped(found.lines, kept),
        "left_out": left_out(found),
    }
    return render(request, "engagements/template_save.html", context)
