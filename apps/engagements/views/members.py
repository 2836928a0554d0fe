"""Who works on an engagement, and who may look on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.web import confirmation, field_check, page_or_fragment

from .. import selectors, services
from ..access import EngagementRequest, access
from ..forms import InvitationForm, MemberForm, MemberRoleForm
from ..models import Member, MemberRole


@access(engagement="pk")
def member_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    return members_page(request)


@access(engagement="pk", staffing=True, closed=True, methods=["POST"])
def member_add(request: EngagementRequest, pk: UUID) -> HttpResponse:
    form = MemberForm(request.POST, engagement=request.engagement)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.add_member(by=request.user, engagement=request.engagement, **form.cleaned_data)
        if not form.errors:
            messages.success(request, f"{form.cleaned_data['user'].name} is on this engagement.")
            return redirect("engagements:members", pk=pk)
    return members_page(request, form=form, status=409)


@access(engagement="pk", staffing=True, closed=True, methods=["POST"])
def member_role(request: EngagementRequest, pk: UUID, member: UUID) -> HttpResponse:
    """Another role, in place. Both ways lead back to the list: as a page, or for htmx as its fragment."""
    found = _member(request, member)
    form = MemberRoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such role.")
        return redirect("engagements:members", pk=pk)
    try:
        services.change_member_role(by=request.user, member=found, **form.cleaned_data)
        messages.success(request, f"{found.user.name} is now {found.get_role_display()} here.")
    except Refused as error:
        messages.error(request, f"{found.user.name} keeps the role shown here. {error.message}")
    return redirect("engagements:members", pk=pk)


@access(engagement="pk", staffing=True, closed=True, methods=["GET", "POST"])
def member_remove(request: EngagementRequest, pk: UUID, member: UUID) -> HttpResponse:
    gone = _member(request, member)
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Remove {gone.user.name}?",
            text=f"With their next request they find nothing of {request.engagement.name} any more.",
            action="Remove",
            back=reverse("engagements:members", args=[pk]),
        )
    services.remove_member(by=request.user, member=gone)
    messages.success(request, f"{gone.user.name} is no longer on this engagement.")
    return redirect("engagements:members", pk=pk)


def members_page(
    request: EngagementRequest,
    *,
    form: MemberForm | None = None,
    invitation_form: InvitationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The members of an engagement, its pending invitations, and, for those who staff it, both forms."""
    engagement = request.engagement
    context = {
        "engagement": engagement,
        "page": page_of(request, selectors.members_of(engagement)),
        "invitations": selectors.pending_invitations(engagement),
        "may_staff": selectors.may_staff(request.user, engagement),
        "now": timezone.now(),
        "roles": MemberRole.choices,
        "form": form or MemberForm(engagement=engagement),
        "invitation_form": invitation_form or InvitationForm(by=request.user, engagement=engagement),
    }
    return page_or_fragment(
        request,
        "engagements/member_list.html",
        context,
        fragments={"members": "engagements/_members.html"},
        status=status,
    )


def _member(request: EngagementRequest, pk: UUID) -> Member:
    return get_object_or_404(Member.objects.select_related("user"), pk=pk, engagement=request.engagement)
