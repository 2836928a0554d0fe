"""Pilots as code: an evaluation out of a file and into one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from apps.core.forms import refusals_into
from apps.core.text import slug_of
from apps.core.web import field_check, page_or_fragment
from apps.engagements.access import EngagementRequest, access

from ..forms.files import FileForm
from ..models import Evaluation
from ..presenters.evaluations import yaml_of
from ..services import authoring
from .evaluations import of_evaluation


@access(engagement=of_evaluation)
def evaluation_file(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The evaluation as the YAML that `run_pilot` takes."""
    evaluation = Evaluation.objects.select_related("engagement__client").get(pk=pk)
    name = f"{slug_of(evaluation.name)}-v{evaluation.version}.yml"
    return HttpResponse(
        yaml_of(evaluation),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@access(engagement="pk", work=True, methods=["GET", "POST"])
def evaluation_import(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """An evaluation, or the next version of one, from a spec."""
    engagement = request.engagement
    place = {"client": engagement.client.name, "engagement": engagement.name}
    form = FileForm(request.POST or None, request.FILES or None, **place)
    if answer := field_check(request, form):
        return answer
    if form.is_valid() and form.pilot is not None:
        with refusals_into(form):
            evaluation = authoring.write_evaluation(
                by=request.user, name=form.cleaned_data["name"], pilot=form.pilot
            )
        if not form.errors:
            messages.success(request, f"{evaluation} is what the file says.")
            return redirect("pilots:evaluation", pk=evaluation.pk)
    context = {"engagement": engagement, "form": form}
    status = 409 if form.errors else 200
    return page_or_fragment(request, "pilots/evaluation_import.html", context, status=status)
