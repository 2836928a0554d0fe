"""`{% load engagements %}`: the stage rail and the tabs of an engagement."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from .. import panels, rules
from ..models import Engagement, Stage

register = template.Library()


@register.inclusion_tag("components/stage_rail.html")
def stage_rail(engagement: Engagement) -> dict[str, Any]:
    """The six stages with the state of each and of the gate that leads out of it."""
    return {"steps": [(step, Stage(step.name).label) for step in rules.rail(engagement.stage)]}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def engagement_tabs(context: RequestContext, engagement: Engagement) -> dict[str, Any]:
    """The engagement's pages that this person may open; a single one needs no tabs."""
    request = context["request"]
    here = request.resolver_match.view_name if request.resolver_match else ""
    tabs = [
        {
            "name": tab.name,
            "href": reverse(tab.route, args=[engagement.pk]),
            "current": here == tab.route or here in tab.covers,
        }
        for tab in panels.tabs_for(request.user)
    ]
    return {"label": "Engagement", "tabs": tabs}
