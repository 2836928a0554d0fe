"""Use cases side by side, to pick some and to reject others."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check
from apps.engagements.access import EngagementRequest, access
from apps.engagements.selectors import may_work_on

from .. import services
from ..forms import SettleForm
from ..models import UseCase
from ..presenters.use_cases import comparison, parts_of
from ..selectors import use_cases


@access(engagement="pk", client_visible=True)
def compare(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Those of `?u=`, two to four of them; without it the first of the list."""
    return _page(request)


@access(engagement="pk", work=True, methods=["POST"])
def settle(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Pick and reject some of those that were compared."""
    chosen = _chosen(request)
    form = SettleForm(request.POST, use_cases=chosen)
    if answer := field_check(request, form):
        return answer
    entry = None
    if form.is_valid():
        with refusals_into(form):
            entry = services.settle(
                by=request.user,
                engagement=request.engagement,
                picked=form.picked(),
                rejected=form.rejected(),
                reason=form.cleaned_data["reason"],
            )
    if form.errors:
        return _page(request, form)
    if entry is None:
        messages.info(request, "Nothing was picked or rejected that was not so already.")
    else:
        messages.success(request, f"Decided, and written into the log as {entry.reference}.")
    return redirect("scoping:use-cases", request.engagement.pk)


def _chosen(request: EngagementRequest) -> list[UseCase]:
    asked = request.POST.getlist("u") or request.GET.getlist("u")
    wanted = []
    for text in asked:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    return use_cases.compared(request.user, request.engagement, wanted)


def _page(request: EngagementRequest, form: SettleForm | None = None) -> HttpResponse:
    user, engagement = request.user, request.engagement
    known = list(use_cases.ranked(user, engagement)[:50])
    chosen = _chosen(request)
    if not chosen:
        wanted = [one.pk for one in known if one.state != "rejected"][: use_cases.MOST_COMPARED]
        chosen = use_cases.compared(user, engagement, wanted)
    works = may_work_on(user, engagement)
    context = {
        "engagement": engagement,
        "known": known,
        "chosen": chosen,
        "heads": [(one, parts_of(one)) for one in chosen],
        "rows": comparison(user, chosen),
        "form": form or (SettleForm(use_cases=chosen) if works and chosen else None),
        "may_work": works,
        "most": use_cases.MOST_COMPARED,
    }
    return render(request, "scoping/use_case_compare.html", context)
