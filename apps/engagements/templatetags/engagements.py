"""`{% load engagements %}`: the stage rail and the tabs of an engagement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from .. import panels, rules, selectors
from ..models import Engagement, Gate, Stage
from ..presenters.gates import mark_of
from ..rules import gates
from ..selectors.rail import rail_of

register = template.Library()


@register.filter
def evidence_facts(part: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What fixes a part of a gate's evidence, and what was kept beside it, as (name, value) pairs."""
    beside = part.get("beside")
    known = {**part, **(beside if isinstance(beside, Mapping) else {})}
    return [
        (name.replace("_", " "), "none" if value is None or value == "" else value)
        for name, value in known.items()
        if name not in {"what", "says", "beside"}
    ]


@dataclass(frozen=True)
class RailGate:
    """A gate on the rail: how it is drawn, what is said of it, and where it leads."""

    mark: gates.Mark
    name: str
    href: str
    note: bool  # whether it is worth a line of its own where there is no room for words


@register.inclusion_tag("engagements/_ended.html", takes_context=True)
def how_it_ended(context: RequestContext, engagement: Engagement) -> dict[str, Any]:
    """How and when the work ended, and what whoever leads it can do about that."""
    user = context["request"].user
    staff = bool(user.is_staff_member)
    told = {
        "staff": staff,
        "by": engagement.closed_by.name if staff and engagement.closed_by else "",
        "leads": staff and selectors.may_staff(user, engagement),
    }
    return {"engagement": engagement, "ended": told, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/stage_rail.html", takes_context=True)
def stage_rail(context: RequestContext, engagement: Engagement) -> dict[str, Any]:
    """The six stages with the state of each and of the gate that leads out of it, in one query."""
    user = getattr(context.get("request"), "user", None)
    staff = bool(getattr(user, "is_staff_member", False))
    known = {gate.stage: gate for gate in rail_of(engagement)}
    steps = [
        (step, Stage(step.name).label, _rail_gate(step, known.get(step.name), staff=staff))
        for step in rules.rail(engagement.stage)
    ]
    return {"steps": steps, "notes": [gate for _, _, gate in steps if gate and gate.note]}


def _rail_gate(step: rules.Step, gate: Gate | None, *, staff: bool) -> RailGate | None:
    if gate is None:
        mark = gates.mark(step.gate, stale=False, overrides=0, ready=False, moved=False)
        return RailGate(mark, Stage(step.name).label, "", note=False) if step.gate else None
    mark = mark_of(gate, staff=staff, here=step.state == "current")
    note = mark.shape not in {"open", "passed"} or mark.overridden
    return RailGate(mark, gate.title, reverse("gates:detail", args=[gate.pk]), note)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def engagement_tabs(context: RequestContext, engagement: Engagement) -> dict[str, Any]:
    """The engagement's pages that this person may open: the groups, and the tabs of the one they are in. A
    single page needs no tabs."""
    request = context["request"]
    route = request.resolver_match.view_name if request.resolver_match else ""
    kind = getattr(getattr(request, "item", None), "kind", "")
    groups = panels.groups_for(request.user)
    tabs = [tab for group in groups for tab in group.tabs]
    current = [tab for tab in tabs if route == tab.route or route in tab.covers]
    current = current or [tab for tab in tabs if kind in tab.kinds]
    inside = next((group for group in groups if set(group.tabs) & set(current)), None)
    return {
        "label": "Engagement",
        "tabs": [_group_tab(group, engagement, inside=group == inside) for group in groups],
        "beneath_label": inside.name if inside else "",
        "beneath": [
            {"name": tab.name, "href": reverse(tab.route, args=[engagement.pk]), "current": tab in current}
            for tab in (inside.tabs if inside and len(inside.tabs) > 1 else ())
        ],
    }


def _group_tab(group: panels.TabGroup, engagement: Engagement, *, inside: bool) -> dict[str, Any]:
    """A group as a tab that leads to its first page."""
    href = reverse(group.tabs[0].route, args=[engagement.pk])
    alone = len(group.tabs) == 1
    return {
        "name": group.name,
        "href": href,
        "current": inside and alone,
        "holds_current": inside and not alone,
    }
