"""Stakeholders: the list with its map, a new one, a changed one. For staff only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from apps.core.pages import Filter, page_of
from apps.core.web import page_or_fragment

from ... import selectors
from ...access import EngagementRequest, ItemRequest, access, item_access
from ...forms.registers.stakeholders import StakeholderForm
from ...models import Kind, Level, Stakeholder, Stance
from ...selectors.registers import narrowing
from ...selectors.registers import stakeholders as reads
from ...services.registers import stakeholders as services
from .editing import edited, said

NAMED = 3  # people in one place of the map; of more, the rest is counted


@access(engagement="pk")
def stakeholder_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user = request.engagement, request.user
    chosen = said(request, "influence", "stance", "sponsor", "state")
    places, sponsored = reads.stakeholder_map(user, engagement)
    context = {
        "engagement": engagement,
        "page": page_of(request, reads.stakeholders_of(user, engagement, **chosen)),
        "map": _map(places),
        "stances": list(Stance),
        "known": bool(places),
        "sponsored": sponsored,
        "filters": [
            Filter("influence", "Any influence", Level.choices, chosen["influence"]),
            Filter("stance", "Any stance", Stance.choices, chosen["stance"]),
            Filter("sponsor", "Sponsors and others", [("yes", "Sponsors")], chosen["sponsor"]),
            Filter("state", "Involved and left", narrowing.states_of(Kind.STAKEHOLDER)[1:], chosen["state"]),
        ],
        "narrowed": any(chosen.values()),
        "may_work": selectors.may_work_on(user, engagement),
    }
    fragments = {"stakeholders": "engagements/_stakeholders.html"}
    return page_or_fragment(request, "engagements/stakeholder_list.html", context, fragments=fragments)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def stakeholder_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    row = Stakeholder(engagement=request.engagement, kind=Kind.STAKEHOLDER, version=1)
    form = StakeholderForm(request.POST or None, row=row)
    return edited(
        request,
        form,
        save=lambda: services.add_stakeholder(by=request.user, engagement=request.engagement, **form.wanted),
        heading="New stakeholder",
        back=reverse("registers:stakeholders", args=[pk]),
        action="Keep stakeholder",
        note="Somebody at the client who matters. The client's viewers never see this.",
    )


@item_access(Stakeholder, work=True, methods=["GET", "POST"])
def stakeholder_edit(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: Stakeholder = request.item
    form = StakeholderForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.change_stakeholder(by=request.user, item=item, **form.wanted),
        heading=f"Edit {item.reference}",
        back=item.get_absolute_url(),
    )


def _map(places: dict[tuple[str, str], list[str]]) -> list[dict[str, Any]]:
    """The rows of the map, the most influential first."""
    return [
        {
            "label": influence.label,
            "cells": [
                {
                    "names": (names := places.get((influence.value, stance.value), []))[:NAMED],
                    "more": max(len(names) - NAMED, 0),
                    "query": f"?influence={influence}&stance={stance}&state=involved",
                    "words": f"{influence.label} influence, {stance.label.lower()}",
                    "stance": stance.value,
                }
                for stance in Stance
            ],
        }
        for influence in reversed(Level)
    ]
