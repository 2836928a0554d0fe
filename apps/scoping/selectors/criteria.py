"""Reads of success criteria and of what was measured of them."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.engagements.selectors import items_of

from ..models import MeasuredBy, Measurement, SuccessCriterion
from ..rules.goals import Goal
from ..rules.references import REFERENCE

_RANK = {"met": 0, "undecided": 1, "missed": 2}


def live(engagement: Engagement) -> QuerySet[SuccessCriterion]:
    """The engagement's criteria that were neither dropped nor removed, in order; for decisions, not for readers."""
    known = SuccessCriterion.objects.filter(engagement=engagement, removed_at=None)
    return known.exclude(state="dropped").order_by("number")


def stated_as(engagement: Engagement, goal: Goal) -> SuccessCriterion | None:
    """The engagement's stated criterion that says this; the oldest, should there be several."""
    same = {"metric": goal.metric, "direction": goal.direction, "threshold": goal.threshold}
    return live(engagement).filter(state="stated", **same).first()


def named(engagement: Engagement, reference: str) -> SuccessCriterion | None:
    """The criterion of that reference, such as "C-2", whatever its state."""
    found = REFERENCE.fullmatch(reference)
    known = SuccessCriterion.objects.filter(engagement=engagement, removed_at=None)
    return known.filter(number=int(found[1])).first() if found else None


def for_pilots(engagement: Engagement) -> list[SuccessCriterion]:
    """The stated criteria that a pilot is to measure, in order."""
    return list(live(engagement).filter(state="stated", measured_by=MeasuredBy.PILOT))


def listed(user: User, engagement: Engagement) -> QuerySet[SuccessCriterion]:
    """The criteria of which a person may know, in order, with use case, baseline and decider."""
    return (
        items_of(user, engagement, SuccessCriterion)
        .select_related("use_case", "baseline", "decider")
        .order_by("number")
    )


def decisive(criteria: Iterable[SuccessCriterion]) -> dict[UUID, list[Measurement]]:
    """Of each criterion what its latest source measured of what it says now: one measurement by hand, or one for
    each target of a run, the best one first. A criterion that was changed since is measured anew or not at all.

    Two queries, however many there are.
    """
    known = {criterion.pk: criterion for criterion in criteria}
    latest = (
        Measurement.objects.filter(
            criterion=OuterRef("pk"),
            metric=OuterRef("metric"),
            direction=OuterRef("direction"),
            threshold=OuterRef("threshold"),
            unit=OuterRef("unit"),
        )
        .order_by("-measured_at", "-pk")
        .values("source_id")[:1]
    )
    sources = dict(
        SuccessCriterion.objects.filter(pk__in=known)
        .annotate(latest_source=Subquery(latest))
        .exclude(latest_source=None)
        .values_list("pk", "latest_source")
    )
    found: dict[UUID, list[Measurement]] = {}
    rows = Measurement.objects.filter(criterion__in=sources, source_id__in=set(sources.values()))
    for row in rows.select_related("by", "evidence"):
        criterion = known[row.criterion_id]
        says_now = row.goal == criterion.goal and row.unit == criterion.unit
        if row.source_id == sources[row.criterion_id] and says_now:
            row.criterion = criterion
            found.setdefault(row.criterion_id, []).append(row)
    for measured in found.values():
        measured.sort(key=lambda row: (_RANK[row.verdict], row.measured_at, row.subject))
    return found


def measurements_of(criterion: SuccessCriterion) -> QuerySet[Measurement]:
    """All that was measured of a criterion, newest first."""
    known = Measurement.objects.filter(criterion=criterion).select_related("by", "evidence", "criterion")
    return known.order_by(F("measured_at").desc(), "-pk")
