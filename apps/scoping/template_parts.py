"""What templates hold of success criteria: words and a metric, never a threshold. That is agreed with each client, so
what a template brings is an open unknown that keeps its gate shut until somebody makes it binary."""

from collections.abc import Sequence
from typing import Any

from apps.accounts.models import User
from apps.engagements import template_parts
from apps.engagements.models import Engagement, Kind
from apps.engagements.rules.templates.fields import Fields
from apps.engagements.template_parts import Collected, Part, Row, Told

from . import metrics
from .models import Direction, MeasuredBy
from .selectors.criteria import live
from .services.criteria import write_criterion

NAME = "success_criteria"
TO_BE_STATED = "to be made binary"


def register() -> None:
    """Offer success criteria to all templates."""
    template_parts.register(
        Part(NAME, "Success criteria", frozenset({Kind.CRITERION}), read, tell, write, collect)
    )


def read(fields: Fields) -> Row:
    """One criterion; a threshold is refused."""
    row: dict[str, Any] = {"title": fields.line("title")}
    if text := fields.text("text"):
        row["text"] = text
    for name, choices in (("measured_by", MeasuredBy.values), ("direction", Direction.values)):
        if said := fields.choice(name, choices, ""):
            row[name] = said
    for name, limit in (("metric", 80), ("unit", 40)):
        if said := fields.line(name, limit=limit, required=False):
            row[name] = said
    if not fields.flag("client_visible", True):
        row["client_visible"] = False
    if "threshold" in fields.data:
        fields.read.add("threshold")
        fields.wrong(
            "threshold", "A template has no threshold: it is agreed with each client. Leave this out."
        )
    return row


def tell(row: Row) -> Told:
    """A criterion as a template shows it."""
    measured_by, metric = str(row.get("measured_by", MeasuredBy.PILOT)), str(row.get("metric", ""))
    said = [
        metrics.title_of(measured_by, metric),
        Direction(row["direction"]).label if "direction" in row else "",
    ]
    words = " ".join(word for word in said if word)
    return Told(
        str(row["title"]), f"{words} …, {TO_BE_STATED}" if words else TO_BE_STATED, str(row.get("text", ""))
    )


def write(by: User | None, engagement: Engagement, rows: Sequence[Row]) -> None:
    """Write them down as unknowns."""
    for row in rows:
        write_criterion(by=by, engagement=engagement, **_measurable(row))


def collect(engagement: Engagement) -> list[Collected]:
    """The engagement's criteria without their thresholds, deciders and use cases."""
    return [_collected(criterion) for criterion in live(engagement)]


def _collected(criterion: Any) -> Collected:
    said = {
        name: getattr(criterion, name)
        for name in ("title", "text", "measured_by", "direction", "metric", "unit")
    }
    row = {name: value for name, value in said.items() if value}
    if not criterion.client_visible:
        row["client_visible"] = False
    figure = any(letter.isdigit() for letter in criterion.title)
    return Collected(row, criterion, ("its words hold a figure",) if figure else ())


def _measurable(row: Row) -> dict[str, Any]:
    """Without a metric that nothing measures here (any more)."""
    said = dict(row)
    measured_by, metric = said.get("measured_by", MeasuredBy.PILOT), said.get("metric", "")
    if metric and metrics.known(measured_by) and metrics.find(measured_by, metric) is None:
        del said["metric"]
    return said
