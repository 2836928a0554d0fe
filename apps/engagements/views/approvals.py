"""Approvals: asking the client's people, their answer in their own name, taking a request back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.accounts.access import EVERYONE
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF, User
from apps.core.forms import refusals_into
from apps.core.web import confirmation, field_check

from .. import approvals as registry
from .. import itempages, selectors
from ..access import EngagementRequest, ItemRequest, item_access, refuse_closed
from ..forms.approvals import AnswerForm, AskForm
from ..models import Approval, Gate, Item
from ..selectors.approvals import approvals_of, get_approval, may_be_asked, state_of
from ..selectors.gates import for_reader, look_at
from ..services import approvals as services


class ApprovalRequest(EngagementRequest):
    """The request that a view of a request for approval receives."""

    approval: Approval


def _approval_check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    user = request.user
    found = get_approval(user, kwargs["pk"])
    if not isinstance(user, User):
        raise PermissionDenied
    refuse_closed(request, found.item.engagement)
    request.approval, request.engagement = found, found.item.engagement  # type: ignore[attr-defined]


def _work_check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    _approval_check(request, kwargs)
    if not selectors.works_on(request.user, request.engagement):  # type: ignore[arg-type,attr-defined]
        raise PermissionDenied


@item_access(Item, work=True, methods=["GET", "POST"])
def approval_ask(request: ItemRequest, pk: UUID) -> HttpResponse:
    item = request.item
    people = may_be_asked(item.engagement)
    form = AskForm(request.POST or None, people=people)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            data = form.cleaned_data
            asked = services.ask(
                by=request.user, item=item, people=form.chosen(), note=data["note"], due=data["due"]
            )
        if not form.errors:
            messages.success(request, f"Asked: {', '.join(one.asked_of.name for one in asked)}.")
            return redirect(_page_of(item))
    approvable = registry.may_be_approved(item.kind)
    context = {
        "engagement": item.engagement,
        "item": item,
        "form": form,
        "people": people,
        "approvable": approvable and item.client_visible,
        "asked": approvals_of(item) if approvable else [],
        "back": _page_of(item),
    }
    return render(request, "engagements/approval_new.html", context)


@declare(roles=EVERYONE, methods=["GET", "POST"], checks=[_approval_check])
def approval_answer(request: ApprovalRequest, pk: UUID) -> HttpResponse:
    approval = request.approval
    if request.method == "POST" and approval.asked_of_id != request.user.pk:
        raise PermissionDenied
    form = AnswerForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.answer(by=request.user, approval=approval, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Your answer is kept, in your name. Thank you.")
            return redirect(approval.item.engagement)
        approval.refresh_from_db()
    return _render(request, approval, form)


@declare(roles=STAFF, methods=["GET", "POST"], checks=[_work_check])
def approval_withdraw(request: ApprovalRequest, pk: UUID) -> HttpResponse:
    approval = request.approval
    back = _page_of(approval.item)
    if request.method == "POST":
        services.withdraw(by=request.user, approval=approval)
        messages.success(request, f"{approval.asked_of.name} need not answer any more.")
        return redirect(back)
    return confirmation(
        request,
        title="Take this request back?",
        text=f"{approval.asked_of.name} need not approve {approval.item} any more.",
        action="Take it back",
        back=back,
    )


def _render(request: ApprovalRequest, approval: Approval, form: AnswerForm) -> HttpResponse:
    item = approval.item
    digest = registry.digest_of(item) if registry.may_be_approved(item.kind) else ""
    gate = Gate.objects.select_related("engagement__client").filter(pk=item.pk).first()
    context = {
        "engagement": item.engagement,
        "approval": approval,
        "item": item,
        "state": state_of(approval, digest),
        "digest": digest,
        "form": form,
        "mine": approval.asked_of_id == request.user.pk and item.engagement.is_open,
        "lines": for_reader(request.user, look_at(gate)) if gate else [],
        "facts": registry.facts_of(item),
        "back": _page_of(item),
    }
    return render(request, "engagements/approval_detail.html", context)


def _page_of(item: Item) -> str:
    route = itempages.route_of(item.kind)
    return reverse(route, args=[item.pk]) if route else item.get_absolute_url()
