"""A new engagement, empty or from a template, with a preview of what it will be."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from apps.accounts.access import PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF, Role
from apps.core.forms import refusals_into
from apps.core.web import field_check, page_or_fragment

from .. import selectors
from ..forms import EngagementForm
from ..presenters.templates import board_of
from ..selectors import templates
from ..services.starting import start_engagement

_ASKED = ("client", "name", "template", "starts_on", "lead")


@declare(roles=STAFF, methods=["GET", "POST"])
def engagement_new(request: PersonRequest) -> HttpResponse:
    asked = {name: value for name in _ASKED if (value := request.GET.get(name))}
    if request.user.role == Role.FDE:
        asked = {"lead": str(request.user.pk), **asked}
    form = EngagementForm(request.POST or None, initial=asked)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            return redirect(start_engagement(by=request.user, **form.cleaned_data))
    context = {"form": form, "clients": selectors.clients_of(request.user), **_preview(form)}
    if "plan" not in request.headers.get("HX-Target", ""):
        context["templates"] = [*templates.shipped(), *templates.own()]
    return page_or_fragment(
        request,
        "engagements/engagement_new.html",
        context,
        fragments={"plan": "engagements/_template_plan.html"},
    )


def _preview(form: EngagementForm) -> dict[str, Any]:
    """What the engagement gets of the chosen template from the chosen day on; the same that starting it then writes."""
    key = str(form["template"].value() or "")[:120]
    known = templates.find(key) if key else None
    if known is None:
        return {"chosen": None, "key": ""}
    day = _day(form)
    found = {"chosen": known, "key": known.key, "starts_on": day}
    if day is None or known.problems:
        return found
    return {
        **found,
        "board": board_of(known.content, templates.plan_of(known.content, starts_on=day), dated=True),
    }


def _day(form: EngagementForm) -> date | None:
    """The day that the form shows, if it is one that can be counted from; without one it is today."""
    if not (said := form["starts_on"].value()):
        return timezone.localdate()
    asked = EngagementForm({"starts_on": str(said)})
    asked.is_valid()
    return asked.cleaned_data.get("starts_on")
