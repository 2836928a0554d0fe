"""The only writers of measurements."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import several_lines
from apps.engagements.models import Item
from apps.engagements.services.gates import recheck

from ..models import MeasuredBy, Measurement, SuccessCriterion
from ..rules.goals import Goal, Verdict, decide, interval_of_share, of_hand

HAND = "hand"
HOW = 2000  # characters


@transaction.atomic
def measure(
    *,
    by: User | None,
    criterion: SuccessCriterion,
    value: float | None,
    low: float | None,
    high: float | None,
    n: int,
    source: str,
    source_id: UUID,
    subject: str,
    at: datetime,
    verdict: Verdict | None = None,
    goal: Goal | None = None,
) -> Measurement:
    """Write down what a source has measured. verdict: its own, when more than the interval decides; goal: what
    decided, when that is not what the criterion says. Whoever has written down all that belongs together calls
    `recheck` of gates.

    Raises IntegrityError when this source has measured it already, Refused for a criterion that is unknown.
    """
    decided = goal or criterion.goal
    if decided is None:
        raise Refused("unknown", f"{criterion.reference} does not say yet what decides.")
    measurement = Measurement.objects.create(
        **_kept(criterion, decided),
        value=value,
        low=low,
        high=high,
        n=n,
        verdict=verdict or decide(decided.direction, decided.threshold, low, high),
        source=source,
        source_id=source_id,
        subject=subject,
        measured_at=at,
        by=by,
    )
    facts = {"item": criterion.pk, "value": measurement.value, "verdict": measurement.verdict}
    record(by=by, verb="measured", subject=measurement, engagement=criterion.engagement, **facts)
    return measurement


@transaction.atomic
def measure_by_hand(
    *,
    by: User,
    criterion: SuccessCriterion,
    value: float,
    how: str,
    link: str = "",
    evidence: Item | None = None,
    low: float | None = None,
    high: float | None = None,
    n: int | None = None,
    at: datetime | None = None,
    key: UUID | None = None,
) -> Measurement:
    """Write down what somebody has measured, with evidence: a link, another item of the engagement, or both. Of a
    share with its n the interval is computed when none is given.

    key: of the form that was filled in, so that it counts once however often it is sent. Raises Refused for a
    criterion that is not measured by hand or says nothing, without evidence, and for figures that do not fit.
    """
    locked = SuccessCriterion.objects.select_for_update(no_key=True, of=("self",)).get(pk=criterion.pk)
    sent = Measurement.objects.filter(criterion=locked, source=HAND, source_id=key) if key else None
    if sent and (known := sent.first()):
        return known
    goal = _goal_by_hand(locked)
    how = several_lines(how, limit=HOW, field="how")
    at = at or timezone.now()
    _require_evidence(locked, how, link, evidence)
    _require_fitting(locked, value, low, high, at)
    if low is None and high is None and (computed := interval_of_share(value, n, locked.unit)):
        low, high = computed
    verdict, _ = of_hand(goal, value, low, high, n)
    numbers = {"value": value, "low": low, "high": high, "n": n, "verdict": verdict}
    proof = {"by": by, "how": how, "link": link, "evidence": evidence}
    measurement = Measurement.objects.create(
        **{**_kept(locked, goal), **numbers, **proof},
        source=HAND,
        source_id=key or uuid4(),
        measured_at=at,
    )
    engagement = locked.engagement
    facts = {"item": criterion.pk, "value": value, "verdict": verdict}
    record(by=by, verb="measured", subject=measurement, engagement=engagement, **facts)
    recheck(engagement)
    return measurement


def _kept(criterion: SuccessCriterion, goal: Goal) -> dict[str, Any]:
    """What a measurement keeps of its criterion: what decides at this time."""
    decides = {"metric": goal.metric, "direction": goal.direction, "threshold": goal.threshold}
    return {"criterion": criterion, **decides, "unit": criterion.unit}


def _require_evidence(criterion: SuccessCriterion, how: str, link: str, evidence: Item | None) -> None:
    if not how:
        raise Refused("how", "Say how it was measured.", field="how")
    if not link and evidence is None:
        message = "Give evidence: a link to it, or an item of this engagement that holds it."
        raise Refused("evidence", message, field="link")
    if evidence and (evidence.engagement_id != criterion.engagement_id or evidence.removed_at):
        raise Refused("foreign", "Choose an item of this engagement.", field="evidence")


def _goal_by_hand(criterion: SuccessCriterion) -> Goal:
    if criterion.state == "dropped" or criterion.removed_at:
        raise Refused("dropped", f"{criterion.reference} was dropped; nothing more is measured of it.")
    if criterion.measured_by != MeasuredBy.HAND:
        words = criterion.measured_words
        raise Refused("not_by_hand", f"{criterion.reference} is measured {words}, not by hand.")
    if criterion.goal is None:
        raise Refused("unknown", f"{criterion.reference} does not say yet what decides; say that first.")
    return criterion.goal


def _require_fitting(
    criterion: SuccessCriterion, value: float, low: float | None, high: float | None, at: datetime
) -> None:
    if low is not None and low > value:
        raise Refused("interval", "The interval's lower end lies above the value.", field="low")
    if high is not None and high < value:
        raise Refused("interval", "The interval's upper end lies below the value.", field="high")
    if at > timezone.now():
        raise Refused("future", "This day is still to come; say when it was measured.", field="measured_on")
    if criterion.unit == "share" and not 0 <= value <= 1:
        hint = f"; did you mean {value / 100:g}?" if 1 < value <= 100 else "."
        raise Refused("share", f"{value:g} is not a share between 0 and 1{hint}", field="value")
