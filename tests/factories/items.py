"""Items of every kind, written down through the service that all of them use."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from apps.engagements.models import Engagement, Gate, Item, Kind
from apps.engagements.models.kinds import MODELS
from apps.engagements.services import items
from apps.scoping import models as scoping

_numbers = count(1)


def make_item(engagement: Engagement, kind: str = Kind.ACTION, **fields: Any) -> Any:
    """Something of that kind, internal unless `client_visible` is given; `by` and any field of its model may
    be given. Returns a row of its own model, as far as it has one. Gates are there from the beginning: the
    one out of `stage` is given back, with the other fields changed."""
    by = fields.pop("by", None)
    if kind == Kind.GATE:
        gate = Gate.objects.get(engagement=engagement, stage=fields.pop("stage", "scoping"))
        return items.change(by=by, item=gate, version=None, **fields)
    said = {"title": f"{Kind(kind).label} number {next(_numbers)}", **_needed(kind), **fields}
    return items.write(by=by, model=model_of(kind), engagement=engagement, kind=kind, **said)


def model_of(kind: str) -> type[Item]:
    """The model that keeps items of that kind."""
    own = {Kind.USE_CASE: "UseCase", Kind.CRITERION: "SuccessCriterion"}.get(Kind(kind))
    if own is None:
        return MODELS[kind]
    found = getattr(scoping, own, Item)
    return found if issubclass(found, Item) else Item


def _needed(kind: str) -> dict[str, Any]:
    """What a row of that kind cannot do without."""
    today = timezone.localdate()
    needed: dict[str, dict[str, Any]] = {
        Kind.MILESTONE: {"promised": _in(today, 30), "due": _in(today, 30)},
        Kind.ACCESS_REQUEST: {"asked_on": today},
    }
    return needed.get(kind, {})


def _in(today: date, days: int) -> date:
    return today + timedelta(days=days)
