"""The list of engagements, and one engagement's page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.access import EVERYONE, PersonRequest
from apps.accounts.access import access as declare
from apps.audit.selectors import events_of_engagement
from apps.core.forms import refusals_into
from apps.core.pages import Filter, page_of
from apps.core.web import field_check, page_or_fragment

from .. import panels, selectors, services
from ..access import EngagementRequest, access
from ..forms import EngagementEditForm, EngagementForm, StageForm
from ..models import Stage


@declare(roles=EVERYONE)
def engagement_list(request: PersonRequest) -> HttpResponse:
    search, stage = request.GET.get("q", ""), request.GET.get("stage", "")
    page = page_of(request, selectors.search(request.user, search=search, stage=stage))
    shown = list(page.object_list)
    columns = panels.columns()
    facts = [column.facts(shown) for column in columns]
    rows = [(engagement, [cells.get(engagement.pk, "") for cells in facts]) for engagement in shown]
    context = {
        "page": page,
        "rows": rows,
        "columns": columns,
        "search": search,
        "filters": [Filter("stage", "All stages", Stage.choices, stage)],
        "narrowed": bool(search or stage),
        "may_create": request.user.role in selectors.SEE_ALL,
    }
    fragments = {"engagements": "engagements/_engagements.html"}
    return page_or_fragment(request, "engagements/engagement_list.html", context, fragments=fragments)


@declare(roles=selectors.SEE_ALL, methods=["GET", "POST"])
def engagement_new(request: PersonRequest) -> HttpResponse:
    form = EngagementForm(request.POST or None, initial={"client": request.GET.get("client", "")})
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            client = services.ensure_client(by=request.user, name=form.cleaned_data["client"])
            made = services.ensure_engagement(by=request.user, client=client, name=form.cleaned_data["name"])
        if not form.errors:
            return redirect(made)
    context = {"form": form, "clients": selectors.clients_of(request.user)}
    return render(request, "engagements/engagement_new.html", context)


@access(engagement="pk", client_visible=True)
def engagement_detail(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user = request.engagement, request.user
    shown = panels.panels_for(user)
    context = {
        "engagement": engagement,
        "panels": shown,
        "stages": Stage.choices,
        "may_work": selectors.may_work_on(user, engagement),
    }
    return render(request, "engagements/engagement_detail.html", context)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def engagement_edit(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    form = EngagementEditForm(request.POST or None, row=engagement)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.rename_engagement(by=request.user, engagement=engagement, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(engagement)
    return render(request, "engagements/engagement_edit.html", {"engagement": engagement, "form": form})


@access(engagement="pk", work=True, methods=["POST"])
def stage_set(request: EngagementRequest, pk: UUID) -> HttpResponse:
    form = StageForm(request.POST)
    if form.is_valid():
        services.set_stage(by=request.user, engagement=request.engagement, stage=form.cleaned_data["stage"])
        messages.success(request, f"Now in {request.engagement.get_stage_display()}.")
    else:
        messages.error(request, "There is no such stage.")
    return redirect(request.engagement)


@access(engagement="pk")
def event_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    page = page_of(request, events_of_engagement(pk))
    context = {"engagement": request.engagement, "page": page}
    return render(request, "engagements/event_list.html", context)
