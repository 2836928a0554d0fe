"""Actions: the list, a new one, a changed one."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import Refused
from apps.core.pages import Filter, page_of
from apps.core.web import page_or_fragment

from ... import selectors
from ...access import EngagementRequest, ItemRequest, access, item_access
from ...forms.registers.actions import ActionForm
from ...models import Action, Kind
from ...rules.promises import days_over
from ...selectors.registers import actions as reads
from ...selectors.registers import narrowing
from ...services.registers import actions as services
from .editing import edited, said


@access(engagement="pk", client_visible=True)
def action_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user, today = request.engagement, request.user, timezone.localdate()
    chosen = said(request, "state", "owner", "due")
    page = page_of(request, reads.actions_of(user, engagement, today=today, **chosen))
    owners = narrowing.owners_of(engagement) if user.is_staff_member else [(narrowing.MINE, "Mine")]
    context = {
        "engagement": engagement,
        "page": page,
        "rows": [
            {"item": item, "over": days_over(item.due, open=item.is_open, today=today)}
            for item in page.object_list
        ],
        "filters": [
            Filter("owner", "Everybody's", owners, chosen["owner"]),
            Filter("state", "Open and closed", narrowing.states_of(Kind.ACTION), chosen["state"]),
            Filter("due", "Any date", [("overdue", "Overdue")], chosen["due"]),
        ],
        "narrowed": any(chosen.values()),
        "may_work": selectors.may_work_on(user, engagement),
    }
    fragments = {"actions": "engagements/_actions.html"}
    return page_or_fragment(request, "engagements/action_list.html", context, fragments=fragments)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def action_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    row = Action(engagement=request.engagement, kind=Kind.ACTION, version=1)
    form = ActionForm(request.POST or None, row=row)
    return edited(
        request,
        form,
        save=lambda: services.add_action(by=request.user, engagement=request.engagement, **form.wanted),
        heading="New action",
        back=reverse("registers:actions", args=[pk]),
        action="Keep action",
    )


@item_access(Action, work=True, methods=["GET", "POST"])
def action_edit(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: Action = request.item
    form = ActionForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.change_action(by=request.user, item=item, **form.wanted),
        heading=f"Edit {item.reference}",
        back=item.get_absolute_url(),
    )


@item_access(Action, client_visible=True, methods=["POST"])
def action_done(request: ItemRequest, pk: UUID) -> HttpResponse:
    """The owner says that it is done, whoever they are."""
    item: Action = request.item
    if item.owner_id != request.user.pk:
        raise PermissionDenied
    try:
        services.finish_own(by=request.user, item=item)
        messages.success(request, f"{item.reference} is done. Thank you.")
    except Refused as error:
        messages.error(request, error.message)
    return redirect("items:detail", pk)
