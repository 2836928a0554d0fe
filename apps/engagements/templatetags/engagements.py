"""`{% load engagements %}`: the stage rail."""

from typing import Any

from django import template

from .. import rules
from ..models import Engagement, Stage

register = template.Library()


@register.inclusion_tag("components/stage_rail.html")
def stage_rail(engagement: Engagement) -> dict[str, Any]:
    """The six stages with the state of each and of the gate that leads out of it."""
    return {"steps": [(step, Stage(step.name).label) for step in rules.rail(engagement.stage)]}
