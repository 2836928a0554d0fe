"""The only writers of success criteria."""

import math
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, several_lines
from apps.engagements.models import TEXT, TITLE, Engagement, Member
from apps.engagements.selectors import SEE_ALL
from apps.engagements.services import items
from apps.engagements.services.gates import recheck
from apps.engagements.services.registers.checks import write_once, written_already

from .. import metrics
from ..models import Direction, MeasuredBy, SuccessCriterion
from ..rules.goals import SHARE, Goal, goal_of
from ..rules.units import threshold_text
from ..selectors.criteria import stated_as

KIND = "criterion"
_FIELDS: dict[str, Any] = {
    "title": "",
    "text": "",
    "metric": "",
    "direction": "",
    "threshold": None,
    "unit": "",
    "measured_by": MeasuredBy.PILOT,
    "decider": None,
    "decider_name": "",
    "use_case": None,
    "baseline": None,
    "client_visible": True,
}


@transaction.atomic
def write_criterion(
    *, by: User | None, engagement: Engagement, once: UUID | None = None, **fields: Any
) -> SuccessCriterion:
    """Write down a criterion: `stated` when metric, direction and threshold are there, else `unknown`.

    fields: title, text, metric, direction, threshold, unit, measured_by, decider, decider_name, use_case,
    baseline, client_visible. once: as of `write_once`. Raises Refused for what does not fit together, and for what
    another criterion says.
    """
    if known := written_already(by=by, model=SuccessCriterion, engagement=engagement, once=once):
        return known
    said = _fit(engagement, _FIELDS | fields)
    goal = _goal(said)
    hold("scoping.criterion", str(engagement.pk))
    _require_new(engagement, goal, None)
    state = "stated" if goal else "unknown"
    criterion = write_once(
        by=by, model=SuccessCriterion, engagement=engagement, kind=KIND, once=once, state=state, **said
    )
    recheck(engagement)
    return criterion


@transaction.atomic
def ensure_criterion(
    *, by: User | None, engagement: Engagement, metric: str, direction: str, threshold: float, unit: str
) -> SuccessCriterion:
    """The engagement's stated criterion of that metric, direction and threshold, stated if it was not yet; one that
    was dropped or removed stays so."""
    hold("scoping.criterion", str(engagement.pk))
    if known := stated_as(engagement, Goal(metric, direction, threshold)):
        return known
    words = f"{metrics.title_of(MeasuredBy.PILOT, metric)} {Direction(direction).label}"
    return write_criterion(
        by=by,
        engagement=engagement,
        title=f"{words} {threshold_text(threshold, unit)}",
        metric=metric,
        direction=direction,
        threshold=threshold,
        unit=unit,
    )


@transaction.atomic
def change_criterion(
    *, by: User | None, criterion: SuccessCriterion, version: int | None = None, **fields: Any
) -> SuccessCriterion:
    """Change a criterion; it becomes `stated` or `unknown` by what it then says. What was measured stays tied to
    what decided at that time, and an approval of the earlier version no longer counts.

    Raises Refused as `write_criterion` does, for a `version` that has passed, and for one that was dropped.
    """
    engagement = criterion.engagement
    hold("scoping.criterion", str(engagement.pk))
    now = SuccessCriterion.objects.get(pk=criterion.pk)
    said = _fit(engagement, {name: getattr(now, name) for name in _FIELDS} | fields)
    if now.state == "dropped":
        raise Refused("dropped", f"{criterion.reference} was dropped; take it up again first.")
    goal = _goal(said)
    _require_new(engagement, goal, criterion)
    state = "stated" if goal else "unknown"
    verb = state if state != now.state else "changed"
    wanted = {name: said[name] for name in {*fields, "unit", "use_case"}}
    changed = items.change(by=by, item=criterion, version=version, verb=verb, state=state, **wanted)
    recheck(engagement)
    return changed


@transaction.atomic
def drop_criterion(
    *, by: User | None, criterion: SuccessCriterion, why: str, version: int | None = None
) -> SuccessCriterion:
    """Give a criterion up, with a reason; what was measured of it stays. Raises Refused without a reason."""
    why = several_lines(why, limit=2000, field="why")
    if not why:
        raise Refused("reason", "Say why it is dropped.", field="why")
    dropped = items.move(by=by, item=criterion, state="dropped", version=version, why=why)
    recheck(criterion.engagement)
    return dropped


@transaction.atomic
def restore_criterion(*, by: User | None, criterion: SuccessCriterion) -> SuccessCriterion:
    """Take a dropped criterion up again. Raises Refused when another one says the same by now."""
    hold("scoping.criterion", str(criterion.engagement_id))
    _require_new(criterion.engagement, criterion.goal, criterion)
    restored = items.move(by=by, item=criterion, state="stated" if criterion.goal else "unknown")
    recheck(criterion.engagement)
    return restored


def _fit(engagement: Engagement, said: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are kept."""
    if unknown := said.keys() - _FIELDS.keys():
        raise TypeError(f"a criterion has no {', '.join(sorted(unknown))}")
    said["title"] = one_line(said["title"], limit=TITLE, field="title")
    said["text"] = several_lines(said["text"], limit=TEXT, field="text")
    for name, limit in (("metric", 80), ("unit", 40), ("decider_name", 120)):
        said[name] = one_line(said[name], limit=limit, field=name) if said[name].strip() else ""
    _fit_people_and_rows(engagement, said)
    _fit_metric(said)
    return said


def _fit_people_and_rows(engagement: Engagement, said: dict[str, Any]) -> None:
    decider, use_case, baseline = said["decider"], said["use_case"], said["baseline"]
    if decider and decider.role not in SEE_ALL and not _is_member(engagement, decider):
        raise Refused("stranger", "Whoever decides is a member here, or is named in words.", field="decider")
    if baseline and use_case is None:
        said["use_case"] = use_case = baseline.use_case
    if use_case and use_case.engagement_id != engagement.pk:
        raise Refused("foreign", "Choose a use case of this engagement.", field="use_case")
    if baseline and baseline.use_case_id != use_case.pk:
        raise Refused("foreign", f"Choose a baseline of {use_case.reference}.", field="baseline")


def _is_member(engagement: Engagement, person: User) -> bool:
    return Member.objects.filter(engagement=engagement, user=person).exists()


def _fit_metric(said: dict[str, Any]) -> None:
    """Metric, direction and threshold as far as they are there; the unit of a known metric is its own."""
    measured_by, metric, threshold = said["measured_by"], said["metric"], said["threshold"]
    if measured_by not in MeasuredBy.values:
        raise Refused("measured_by", "Choose where its measurements come from.", field="measured_by")
    if said["direction"] not in ["", *Direction.values]:
        raise Refused("direction", "Choose at least or at most.", field="direction")
    offered = metrics.known(measured_by)
    if metric and offered:
        found = metrics.find(measured_by, metric)
        if found is None:
            names = ", ".join(one.name for one in offered)
            raise Refused("metric", f"Nothing measures {metric}; known are {names}.", field="metric")
        said["unit"] = found.unit
    if threshold is None:
        return
    if not math.isfinite(threshold):
        raise Refused("threshold", "The threshold is a number.", field="threshold")
    if said["unit"] == SHARE and not 0 <= threshold <= 1:
        hint = f"; did you mean {threshold / 100:g}?" if 1 < threshold <= 100 else "."
        message = f"{threshold:g} is not a share between 0 and 1{hint}"
        raise Refused("threshold", message, field="threshold")


def _goal(said: dict[str, Any]) -> Goal | None:
    return goal_of(said["metric"], said["direction"], said["threshold"])


def _require_new(engagement: Engagement, goal: Goal | None, this: SuccessCriterion | None) -> None:
    """Two criteria of an engagement that say the same would be measured in each other's place."""
    known = stated_as(engagement, goal) if goal else None
    if known and (this is None or known.pk != this.pk):
        raise Refused("said_already", f"{known} says the same already.", field="threshold")
