"""`{% load scoping %}`: figures with their units, and measurements over time."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from apps.core import charts

from ..presenters.criteria import Line
from ..presenters.measured import Shown
from ..rules import units

register = template.Library()
register.simple_tag(units.written, name="written")


@register.simple_tag
def measured_over_time(measured: Sequence[Shown], line: Line) -> SafeString:
    """The measurements of one page (newest first) as a small line with their intervals; the threshold of today is a
    line across."""
    goal = line.criterion.goal
    rows = [one.measurement for one in reversed(measured) if one.measurement.value is not None]
    points = [(row.value, row.low, row.high) for row in rows if row.value is not None]
    words = f"{len(points)} measurements, {line.goal or 'no threshold'}"
    numbers = [number for point in points for number in point if number is not None]
    numbers += [goal.threshold] if goal else []
    ends = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    return charts.trend(points, *ends, threshold=goal.threshold if goal else None, label=words)
