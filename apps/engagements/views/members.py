"""Who works on an engagement, and who may look on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from apps.core.forms import refusals_into
from apps.core.pages import page_of

from .. import selectors, services
from ..access import EngagementRequest, access
from ..forms import MemberForm
from ..models import Member


@access(engagement="pk")
def member_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    return _page(request, MemberForm())


@access(engagement="pk", staffing=True, methods=["POST"])
def member_add(request: EngagementRequest, pk: UUID) -> HttpResponse:
    form = MemberForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            services.add_member(by=request.user, engagement=request.engagement, **form.cleaned_data)
        if not form.errors:
            messages.success(request, f"{form.cleaned_data['user'].name} is on this engagement.")
            return redirect("engagements:members", pk=pk)
    return _page(request, form, status=409)


@access(engagement="pk", staffing=True, methods=["POST"])
def member_remove(request: EngagementRequest, pk: UUID, member: UUID) -> HttpResponse:
    gone = get_object_or_404(Member.objects.select_related("user"), pk=member, engagement=request.engagement)
    services.remove_member(by=request.user, member=gone)
    messages.success(request, f"{gone.user.name} is no longer on this engagement.")
    return redirect("engagements:members", pk=pk)


def _page(request: EngagementRequest, form: MemberForm, status: int = 200) -> HttpResponse:
    context = {
        "engagement": request.engagement,
        "page": page_of(request, selectors.members_of(request.engagement)),
        "may_staff": selectors.may_staff(request.user, request.engagement),
        "form": form,
    }
    return render(request, "engagements/member_list.html", context, status=status)
