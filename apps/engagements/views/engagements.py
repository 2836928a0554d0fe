"""The list of engagements, and one engagement's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from apps.accounts.access import EVERYONE, PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import Role
from apps.core.forms import refusals_into
from apps.core.pages import Filter, page_of
from apps.core.web import field_check, page_or_fragment

from .. import panels, selectors, services
from ..access import EngagementRequest, access
from ..forms import EngagementEditForm
from ..models import Stage
from ..rules import endings
from ..selectors import client_page, history
from ..selectors.gates import next_gate


@declare(roles=EVERYONE)
def engagement_list(request: PersonRequest) -> HttpResponse:
    search, stage, state = (request.GET.get(name, "") for name in ("q", "stage", "state"))
    page = page_of(request, selectors.search(request.user, search=search, stage=stage, state=state))
    shown = list(page.object_list)
    columns = panels.columns_for(request.user)
    facts = [column.facts(shown) for column in columns]
    rows = [(engagement, [cells.get(engagement.pk, "") for cells in facts]) for engagement in shown]
    context = {
        "page": page,
        "rows": rows,
        "columns": columns,
        "search": search,
        "filters": [
            Filter("stage", "All stages", Stage.choices, stage),
            Filter("state", "Open and closed", [(one, one.capitalize()) for one in endings.STATES], state),
        ],
        "narrowed": bool(search or stage or state),
        "may_create": request.user.is_staff_member,
    }
    fragments = {"engagements": "engagements/_engagements.html"}
    return page_or_fragment(request, "engagements/engagement_list.html", context, fragments=fragments)


@access(engagement="pk", client_visible=True)
def engagement_detail(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user = request.engagement, request.user
    context: dict[str, Any] = {"engagement": engagement, "panels": panels.panels_for(user)}
    if user.role == Role.CLIENT:
        context |= {
            "waiting": client_page.waiting_of(user, engagement),
            "people": client_page.accountable_people(user, engagement),
            "today": timezone.localdate(),
        }
        return render(request, "engagements/engagement_client.html", context)
    context |= {"may_work": selectors.may_work_on(user, engagement), "next_gate": next_gate(engagement)}
    return render(request, "engagements/engagement_detail.html", context)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def engagement_edit(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    form = EngagementEditForm(request.POST or None, row=engagement)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.change_engagement(by=request.user, engagement=engagement, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(engagement)
    context = {
        "engagement": engagement,
        "form": form,
        "may_staff": selectors.may_staff(request.user, engagement),
    }
    return render(request, "engagements/engagement_edit.html", context)


@access(engagement="pk")
def event_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    want, filters = history.narrowed(engagement, request.GET.get("by", ""), request.GET.get("kind", ""))
    page = page_of(request, history.events_that_fit(engagement, want))
    context = {
        "engagement": engagement,
        "page": page,
        "events": history.told(list(page.object_list)),
        "filters": filters,
        "narrowed": want != history.Narrowed(),
    }
    fragments = {"events": "engagements/_events.html"}
    return page_or_fragment(request, "engagements/event_list.html", context, fragments=fragments)
