"""Milestones: the list with its picture; a new one, a changed, moved or reached one."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.core.pages import Filter, page_of
from apps.core.web import page_or_fragment

from ... import selectors
from ...access import EngagementRequest, ItemRequest, access, item_access
from ...forms.registers.milestones import MilestoneForm, MilestoneMoveForm, MilestoneReachForm
from ...models import Kind, Milestone
from ...rules.promises import promise
from ...selectors.registers import milestones as reads
from ...selectors.registers import narrowing
from ...services.registers import milestones as services
from .editing import edited, said


@access(engagement="pk", client_visible=True)
def milestone_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user, today = request.engagement, request.user, timezone.localdate()
    chosen = said(request, "state", "owner")
    found = reads.milestones_of(user, engagement, **chosen)
    page = page_of(request, found)
    first, last = reads.span_of(found, today=today)
    context = {
        "engagement": engagement,
        "page": page,
        "rows": [{"item": item, "promise": promise_of(item)} for item in page.object_list],
        "first": first,
        "last": last,
        "today": today,
        "filters": [
            Filter("state", "All states", narrowing.states_of(Kind.MILESTONE), chosen["state"]),
            Filter("owner", "Everybody's", [("mine", "Mine"), ("none", "Nobody's")], chosen["owner"]),
        ],
        "narrowed": any(chosen.values()),
        "may_work": selectors.may_work_on(user, engagement),
    }
    fragments = {"milestones": "engagements/_milestones.html"}
    return page_or_fragment(request, "engagements/milestone_list.html", context, fragments=fragments)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def milestone_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    row = Milestone(engagement=request.engagement, kind=Kind.MILESTONE, client_visible=True, version=1)
    form = MilestoneForm(request.POST or None, row=row)
    return edited(
        request,
        form,
        save=lambda: services.add_milestone(by=request.user, engagement=request.engagement, **form.wanted),
        heading="New milestone",
        back=reverse("registers:milestones", args=[pk]),
        action="Keep milestone",
    )


@item_access(Milestone, work=True, methods=["GET", "POST"])
def milestone_edit(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: Milestone = request.item
    form = MilestoneForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.change_milestone(by=request.user, item=item, **form.wanted),
        heading=f"Edit {item.reference}",
        back=item.get_absolute_url(),
    )


@item_access(Milestone, work=True, methods=["GET", "POST"])
def milestone_move(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: Milestone = request.item
    form = MilestoneMoveForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.move_milestone(by=request.user, item=item, **form.cleaned_data),
        heading=f"Move {item}",
        back=_back(item),
        action="Move",
        note=f"Promised first for {item.promised}; that stays.",
    )


@item_access(Milestone, work=True, methods=["GET", "POST"])
def milestone_reach(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: Milestone = request.item
    form = MilestoneReachForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.reach_milestone(by=request.user, item=item, **form.cleaned_data),
        heading=f"{item} is reached",
        back=_back(item),
        action="Reached",
    )


def promise_of(item: Milestone) -> Any:
    """What became of a milestone's promise, as of the reader's day."""
    return promise(
        promised=item.promised,
        due=item.due,
        reached_on=item.reached_on,
        open=item.is_open,
        today=timezone.localdate(),
    )


def _back(item: Milestone) -> str:
    return reverse("registers:milestones", args=[item.engagement_id])
