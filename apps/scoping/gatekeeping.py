"""What gates ask about use cases and success criteria, and what somebody approves with a criterion."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from apps.core.errors import Refused
from apps.engagements.checks import Finding, Found
from apps.engagements.models import Gate, Item
from apps.engagements.rules.evidence import digest_of

from .evidence import Provenance, provenance_of
from .models import MeasuredBy, Measurement, SuccessCriterion, UseCase
from .rules.jointly import one_target
from .rules.units import threshold_text, written
from .selectors import criteria

_FOUND = {"met": Found.PASSED, "missed": Found.FAILED, "undecided": Found.UNDECIDED}


def use_case_picked(gate: Gate) -> Finding:
    """Whether a use case is picked that has a business owner and a baseline."""
    href = reverse("scoping:use-cases", args=[gate.engagement_id])
    known = UseCase.objects.filter(engagement=gate.engagement_id, state="picked", removed_at=None)
    picked = list(known.select_related("business_owner").prefetch_related("baselines").order_by("number"))
    if not picked:
        return Finding(Found.FAILED, "No use case is picked.", href)
    missing = []
    for one in picked:
        if not one.has_business_owner:
            missing.append(f"{one.reference} has no business owner")
        if not one.baselines.all():
            missing.append(f"{one.reference} has no baseline")
    names = ", ".join(one.reference for one in picked)
    evidence = tuple(part for one in picked for part in _use_case_parts(one))
    if missing:
        return Finding(Found.FAILED, f"{'; '.join(missing)}.", href, evidence)
    return Finding(Found.PASSED, f"{names} is picked, with business owner and baseline.", href, evidence)


def _use_case_parts(use_case: UseCase) -> list[dict[str, Any]]:
    owner = use_case.business_owner_name or (use_case.business_owner and use_case.business_owner.title)
    parts: list[dict[str, Any]] = [
        {
            "what": f"use case {use_case.reference}",
            "title": use_case.title,
            "business owner": owner or "",
            "id": str(use_case.pk),
        }
    ]
    for one in use_case.baselines.all():
        figure = {"metric": one.metric, "value": one.value, "unit": one.unit, "n": one.n, "basis": one.basis}
        parts.append({"what": f"baseline of {use_case.reference}", **figure, "id": str(one.pk)})
    return parts


def criteria_stated(gate: Gate) -> Finding:
    """Whether there is at least one success criterion, and none that is still vague."""
    href = reverse("scoping:criteria", args=[gate.engagement_id])
    live = list(criteria.live(gate.engagement))
    evidence = tuple(criterion_part(one) for one in live)
    if vague := [one.reference for one in live if one.state == "unknown"]:
        text = f"{', '.join(vague)} {'does' if len(vague) == 1 else 'do'} not say yet what decides."
        return Finding(Found.FAILED, text, href, evidence)
    if not live:
        return Finding(Found.FAILED, "No success criterion is stated.", href)
    count = len(live)
    text = f"{count} success {'criterion is' if count == 1 else 'criteria are'} stated."
    return Finding(Found.PASSED, text, href, evidence)


def criteria_met(gate: Gate) -> Finding:
    """Whether every criterion is stated and met by what was measured last, by a pilot or by hand, and those of
    pilots by one target; how people take to it is measured only later."""
    href = reverse("scoping:thread", args=[gate.engagement_id])
    known = list(criteria.live(gate.engagement).exclude(measured_by=MeasuredBy.ADOPTION))
    if vague := [one for one in known if one.state == "unknown"]:
        text = f"{', '.join(one.reference for one in vague)} cannot be decided yet."
        return Finding(Found.FAILED, text, href, tuple(criterion_part(one) for one in known))
    if not known:
        return Finding(Found.UNDECIDED, "No criterion is stated that could be measured by now.", href)
    measured = criteria.decisive(known)
    found = _judged(known, measured)
    evidence = tuple(part for _, _, parts in found for part in parts)
    worst = [f"{one.reference} {words}" for one, (state, words), _ in found if state != Found.PASSED]
    if any(state == Found.FAILED for _, (state, _), _ in found):
        return Finding(Found.FAILED, f"{'; '.join(worst)}.", href, evidence)
    if worst:
        return Finding(Found.UNDECIDED, f"{'; '.join(worst)}.", href, evidence)
    names = ", ".join(one.reference for one in known)
    by_pilot = [measured[one.pk] for one in known if one.measured_by == MeasuredBy.PILOT]
    together, target = one_target([{row.subject: row.verdict for row in rows} for rows in by_pilot])
    if by_pilot and together != "met":
        text = f"{names} are each met, but no single target is shown to meet all of them."
        return Finding(_FOUND[together], text, href, evidence)
    by = f" by {target}" if target else ""
    return Finding(Found.PASSED, f"{names} met{by}, by what was measured last.", href, evidence)


def criterion_met(gate: Gate, item: Item) -> Finding:
    """Whether one success criterion is met by what was measured of it last."""
    href = reverse("scoping:criterion", args=[item.pk])
    criterion = SuccessCriterion.objects.select_related("engagement").get(pk=item.pk)
    if criterion.state == "dropped":
        return Finding(
            Found.FAILED, f"{criterion.reference} was dropped.", href, (criterion_part(criterion),)
        )
    if criterion.state == "unknown":
        text = f"{criterion.reference} does not say yet what decides."
        return Finding(Found.FAILED, text, href, (criterion_part(criterion),))
    ((_, (state, words), parts),) = _judged([criterion], criteria.decisive([criterion]))
    return Finding(state, f"{criterion.reference} {words}.", href, tuple(parts))


Judged = tuple[SuccessCriterion, tuple[Found, str], list[dict[str, Any]]]


def _judged(
    known: Sequence[SuccessCriterion], measured: Mapping[UUID, Sequence[Measurement]]
) -> list[Judged]:
    """What each criterion comes to, in words, and the parts that this rests on."""
    provenance = provenance_of(row for rows in measured.values() for row in rows)
    found: list[Judged] = []
    for one in known:
        rows = measured.get(one.pk, [])
        parts = [criterion_part(one)]
        for row in rows:
            parts += _measurement_parts(one, row, provenance[row.pk])
        if not rows:
            found.append((one, (Found.UNDECIDED, "has not been measured as it is stated now"), parts))
            continue
        best = rows[0]
        words = f"is {best.verdict}: {written(best.value, best.unit)}, {provenance[best.pk].text}"
        found.append((one, (_FOUND[best.verdict], words), parts))
    return found


def criterion_part(criterion: SuccessCriterion) -> dict[str, Any]:
    """What of a criterion matters to a decision that rests on it."""
    said = {"metric": criterion.metric, "direction": criterion.direction, "threshold": criterion.threshold}
    return {
        "what": f"criterion {criterion.reference}",
        "wording": criterion.title,
        **said,
        "unit": criterion.unit,
        "state": criterion.state,
        "id": str(criterion.pk),
        "beside": {"version": criterion.version},
    }


def _measurement_parts(
    criterion: SuccessCriterion, row: Measurement, came_from: Provenance
) -> list[dict[str, Any]]:
    """The verdict and the set-up matter; the figures and ids of one run among several alike are kept beside."""
    numbers = {"value": row.value, "low": row.low, "high": row.high, "n": row.n}
    at = row.measured_at.isoformat()
    whose = f"{criterion.reference}{f' by {row.subject}' if row.subject else ''}"
    says = f"{came_from.text}, {row.verdict}"
    part = dict(came_from.part)
    beside = part.pop("beside", {})
    measurement = {
        "what": f"measurement of {whose}",
        "says": says,
        "verdict": row.verdict,
        "beside": {**numbers, "measurement": str(row.pk), "at": at},
    }
    return [measurement, {"what": f"{row.source} of {whose}", **part, "beside": beside}]


def approvable(item: Item) -> str:
    """The digest of what somebody approves with a criterion: its words, and all that `approved_facts` shows."""
    criterion = item if isinstance(item, SuccessCriterion) else SuccessCriterion.objects.get(pk=item.pk)
    part = {
        name: value for name, value in criterion_part(criterion).items() if name not in {"beside", "state"}
    }
    decided = {"by": criterion.decider_id, "named": criterion.decider_name, "measured": criterion.measured_by}
    return digest_of({**part, "decided": {name: str(value or "") for name, value in decided.items()}})


def approved_facts(item: Item) -> list[tuple[str, str]]:
    """What somebody approves with a criterion, in words."""
    criterion = SuccessCriterion.objects.select_related("decider").get(pk=item.pk)
    member = criterion.decider.name if criterion.decider else ""
    decider = ", ".join(filter(None, [member, criterion.decider_name]))
    return [
        ("Metric", criterion.metric or "Not said yet"),
        ("Has to be", goal_words(criterion) or "Not said yet"),
        ("Measured", criterion.measured_words),
        ("Who decides", decider or "Not said yet"),
    ]


def follow_criterion(criterion: SuccessCriterion, state: str) -> dict[str, Any]:
    """What a criterion becomes follows from what it says. Raises Refused for a state that does not."""
    if state == "stated" and criterion.goal is None:
        message = (
            f"{criterion.reference} is stated once it says what is measured, a direction and a threshold."
        )
        raise Refused("incomplete", message, field="state")
    if state == "unknown" and criterion.goal is not None:
        message = f"{criterion.reference} says what decides; take something of that away on its own page."
        raise Refused("complete", message, field="state")
    return {}


def goal_words(criterion: SuccessCriterion) -> str:
    """What decides, such as "at least 90 %"; empty while that is not known."""
    if criterion.goal is None:
        return ""
    return f"{criterion.get_direction_display()} {threshold_text(criterion.goal.threshold, criterion.unit)}"
