"""Access requests: the list, a new one, a changed, chased or answered one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.errors import Refused
from apps.core.pages import Filter, page_of
from apps.core.web import page_or_fragment

from ... import selectors
from ...access import EngagementRequest, ItemRequest, access, item_access, may_answer
from ...forms.registers.requests import AccessRequestForm, AnswerForm
from ...models import AccessRequest, Approver, Asked, Kind, Stage
from ...rules import waiting as rules
from ...selectors.registers import narrowing
from ...selectors.registers import requests as reads
from ...services.registers import requests as services
from .editing import edited, said


@access(engagement="pk", client_visible=True)
def request_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user, today = request.engagement, request.user, timezone.localdate()
    chosen = said(request, "state", "asked_for", "approver", "gate", "owner")
    page = page_of(request, reads.requests_of(user, engagement, **chosen))
    may_work = selectors.may_work_on(user, engagement)
    context = {
        "engagement": engagement,
        "page": page,
        "rows": [_row(user, one, may_work=may_work) for one in page.object_list],
        "filters": [
            Filter("state", "All states", narrowing.states_of(Kind.ACCESS_REQUEST)[1:], chosen["state"]),
            Filter("asked_for", "All kinds", Asked.choices, chosen["asked_for"]),
            Filter("approver", "Any approver", Approver.choices, chosen["approver"]),
            Filter("gate", "Any gate", Stage.choices[:-1], chosen["gate"]),
            Filter("owner", "Everybody's", [("mine", "Mine"), ("none", "Nobody's")], chosen["owner"]),
        ],
        "narrowed": any(chosen.values()),
        "may_work": may_work,
        "today": today,
    }
    fragments = {"requests": "engagements/_requests.html"}
    return page_or_fragment(request, "engagements/request_list.html", context, fragments=fragments)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def request_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    row = AccessRequest(
        engagement=request.engagement,
        kind=Kind.ACCESS_REQUEST,
        client_visible=True,
        asked_on=timezone.localdate(),
        version=1,
    )
    form = AccessRequestForm(request.POST or None, row=row)
    return edited(
        request,
        form,
        save=lambda: services.add_request(by=request.user, engagement=request.engagement, **form.wanted),
        heading="New access request",
        back=reverse("registers:requests", args=[pk]),
        action="Keep request",
        note="What the client has to give: data, a review, an account. Its waiting days are counted from now on.",
    )


@item_access(AccessRequest, work=True, methods=["GET", "POST"])
def request_edit(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: AccessRequest = request.item
    form = AccessRequestForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.change_request(by=request.user, item=item, **form.wanted),
        heading=f"Edit {item.reference}",
        back=item.get_absolute_url(),
    )


@item_access(AccessRequest, client_visible=True, methods=["GET", "POST"])
def request_answer(request: ItemRequest, pk: UUID) -> HttpResponse:
    """Where whoever has to answer does so, and everybody else reads who that is."""
    item: AccessRequest = request.item
    may = may_answer(request.user, item)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = AnswerForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.answer_request(by=request.user, item=item, **form.cleaned_data),
        heading=f"Answer {item.reference}",
        back=reverse("registers:requests", args=[item.engagement_id]),
        action="Answer",
        template="engagements/request_answer.html",
        request_item=item,
        wait=reads.wait_of(item, today=timezone.localdate()),
        may_answer=may,
        waits=item.state == rules.WAITING,
    )


@item_access(AccessRequest, work=True, methods=["POST"])
def request_chase(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: AccessRequest = request.item
    try:
        services.chase(by=request.user, item=item)
        messages.success(request, f"The log says that you chased {item.reference}.")
    except Refused as error:
        messages.error(request, error.message)
    return redirect("registers:requests", pk=item.engagement_id)


def _row(user: User, item: AccessRequest, *, may_work: bool) -> dict[str, Any]:
    waits, wait = item.state == rules.WAITING, reads.wait_of(item, today=timezone.localdate())
    return {
        "item": item,
        "wait": wait.figures,
        "required": wait.required,
        "waits": waits,
        "may_answer": waits and (may_work or (user.role == Role.CLIENT and may_answer(user, item))),
    }
