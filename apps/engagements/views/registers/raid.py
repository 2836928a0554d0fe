"""Risks, assumptions, issues, dependencies: the list with its matrix, a new one, a changed one."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.core.pages import Filter, page_of
from apps.core.web import page_or_fragment

from ... import selectors
from ...access import EngagementRequest, ItemRequest, access, item_access
from ...forms.registers.raid import RaidForm
from ...models import Kind, Level, Raid
from ...rules import promises
from ...rules import raid as rules
from ...selectors.registers import narrowing
from ...selectors.registers import raid as reads
from ...services.registers import raid as services
from .editing import edited, said

KINDS = [(kind.value, kind.label) for kind in services.KINDS]


@access(engagement="pk", client_visible=True)
def raid_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement, user = request.engagement, request.user
    chosen = said(request, "kind", "state", "severity", "likelihood", "owner")
    page = page_of(request, reads.raid_of(user, engagement, **chosen))
    states = narrowing.states_of(*services.KINDS)
    context = {
        "engagement": engagement,
        "page": page,
        "rows": [_row(item) for item in page.object_list],
        "matrix": _matrix(reads.risk_matrix(user, engagement)),
        "levels": list(Level.choices),
        "filters": [
            Filter("kind", "All kinds", KINDS, chosen["kind"]),
            Filter("state", "Open and closed", states, chosen["state"]),
            Filter("severity", "Any severity", Level.choices, chosen["severity"]),
            Filter("likelihood", "Any likelihood", Level.choices, chosen["likelihood"]),
            Filter("owner", "Everybody's", narrowing.owners_of(engagement), chosen["owner"])
            if user.is_staff_member
            else Filter("owner", "Everybody's", [("mine", "Mine")], chosen["owner"]),
        ],
        "narrowed": any(chosen.values()),
        "kinds": KINDS,
        "may_work": selectors.may_work_on(user, engagement),
    }
    fragments = {"raid": "engagements/_raid.html"}
    return page_or_fragment(request, "engagements/raid_list.html", context, fragments=fragments)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def raid_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    wanted = request.GET.get("kind", "")
    kind = Kind(wanted) if wanted in services.KINDS else Kind.RISK
    row = Raid(engagement=request.engagement, kind=kind, likelihood=Level.MEDIUM, version=1)
    form = RaidForm(request.POST or None, row=row)
    return edited(
        request,
        form,
        save=lambda: services.add_raid(
            by=request.user, engagement=request.engagement, kind=kind, **form.wanted
        ),
        heading=f"New {kind.label.lower()}",
        back=reverse("registers:raid", args=[pk]),
        action=f"Keep {kind.label.lower()}",
        others=[(reverse("registers:raid-new", args=[pk]) + f"?kind={value}", label, value == kind)
                for value, label in KINDS],
    )  # fmt: skip


@item_access(Raid, work=True, methods=["GET", "POST"])
def raid_edit(request: ItemRequest, pk: UUID) -> HttpResponse:
    item: Raid = request.item
    form = RaidForm(request.POST or None, row=item)
    return edited(
        request,
        form,
        save=lambda: services.change_raid(by=request.user, item=item, **form.wanted),
        heading=f"Edit {item.reference}",
        back=item.get_absolute_url(),
    )


def _row(item: Raid) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "item": item,
        "unanswered": rules.unanswered(item.kind, item.severity, item.response, open=item.is_open),
        "over": promises.days_over(item.due, open=item.is_open, today=today),
        "exposure": rules.exposure(item.kind, item.severity, item.likelihood),
    }


def _matrix(counted: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    """The rows of the matrix, the most severe first; each cell with its count, weight and filter."""
    return [
        {
            "label": severity.label,
            "cells": [
                {
                    "count": counted.get((severity.value, likelihood.value), 0),
                    "weight": rules.exposure("risk", severity, likelihood),
                    "query": f"?kind=risk&state=any_open&severity={severity}&likelihood={likelihood}",
                    "words": f"{severity.label} severity, {likelihood.label.lower()} likelihood",
                }
                for likelihood in Level
            ],
        }
        for severity in reversed(Level)
    ]
