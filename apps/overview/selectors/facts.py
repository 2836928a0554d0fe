"""What is known of many engagements at once: the same few queries, however many they are."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from apps.engagements.models import Approver, Engagement, Gate, Item, Kind, MemberRole
from apps.engagements.rules.items import reference_of
from apps.engagements.rules.raid import exposure
from apps.engagements.selectors.hours import used_of
from apps.engagements.selectors.registers.requests import required_by
from apps.scoping.models import SuccessCriterion
from apps.scoping.selectors.criteria import decisive

from ..rules import facts as known
from ..rules.concerns import GONE_FOR, Level, concerns_of
from ..rules.forecast import WINDOW, Pace

WORK = (Kind.ACTION, Kind.MILESTONE, Kind.ACCESS_REQUEST)
DONE = ("done", "reached", "granted")
_LOOKED_AT = (*WORK, Kind.RISK, Kind.ISSUE, Kind.ENTRY)
_FIELDS = (
    "pk", "engagement_id", "kind", "number", "title", "state", "due", "at", "removed_at",
    "raid__severity", "raid__likelihood", "raid__response",
    "milestone__promised",
    "accessrequest__asked_on", "accessrequest__approver", "accessrequest__holds_up__stage",
)  # fmt: skip


@dataclass
class Known:
    """Of one engagement: its facts, its pace, its next milestone, and the items that references stand for."""

    facts: known.Facts
    pace: Pace
    milestone: UUID | None = None
    items: dict[str, UUID] = field(default_factory=dict)


@dataclass
class _Collected:
    """What has been found for one engagement so far, by field of Facts."""

    found: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    items: dict[str, UUID] = field(default_factory=dict)
    gate: known.NextGate | None = None
    left: int = 0

    def add(self, name: str, one: Any, pk: UUID) -> None:
        self.found[name].append(one)
        self.items[one.reference] = pk


def known_of(ids: Iterable[UUID], today: date) -> dict[UUID, Known]:
    """All that ranking, health and forecast look at, of the engagements with these ids; unknown ids are left out."""
    engagements = list(_engagements(ids))
    pks = [one.pk for one in engagements]
    collected: dict[UUID, _Collected] = {pk: _Collected() for pk in pks}
    milestones = _items(pks, collected)
    _gates(engagements, collected)
    _criteria(pks, collected)
    done = _done(pks)
    return {
        one.pk: _known(one, collected[one.pk], milestones.get(one.pk), done.get(one.pk, 0), today)
        for one in engagements
    }


def _engagements(ids: Iterable[UUID]) -> QuerySet[Any]:
    """With the times of what was written down first and of the latest log entry, the number of those who work on it,
    and, where there is a budget, the minutes that are used of it."""
    log = Item.objects.filter(engagement=OuterRef("pk"), kind=Kind.ENTRY, removed_at=None)
    first = Item.objects.filter(engagement=OuterRef("pk"), removed_at=None).exclude(kind=Kind.GATE)
    working = Q(members__role__in=[MemberRole.LEAD, MemberRole.ENGINEER], members__user__is_active=True)
    return Engagement.objects.filter(pk__in=list(ids)).annotate(
        logged_at=Subquery(log.order_by("-at", "-id").values("at")[:1]),
        first_at=Subquery(first.order_by("at", "id").values("at")[:1]),
        working=Count("members", filter=working),
        used=Case(When(budget_minutes__isnull=False, then=Subquery(used_of(OuterRef("pk"))))),
    )


def _known(engagement: Any, collected: _Collected, milestone: UUID | None, done: int, today: date) -> Known:
    began = _day(min(engagement.created_at, engagement.first_at or engagement.created_at))
    facts = known.Facts(
        began=began,
        stage=engagement.stage,
        logged_on=_day(engagement.logged_at) if engagement.logged_at else None,
        members=engagement.working,
        budget=_budget(engagement),
        gate=collected.gate,
        **{name: tuple(ones) for name, ones in collected.found.items()},
    )
    pace = Pace(done, max(min((today - began).days, WINDOW), 0), collected.left)
    return Known(facts, pace, milestone, collected.items)


def _budget(engagement: Any) -> known.Budget | None:
    agreed = engagement.budget_minutes
    return known.Budget(agreed, engagement.used or 0) if agreed else None


def _items(pks: list[UUID], collected: dict[UUID, _Collected]) -> dict[UUID, UUID]:
    """What is open, and what was removed lately while it was; and each engagement's next milestone."""
    lately = timezone.now() - timedelta(days=GONE_FOR + 1)
    rows = Item.objects.filter(engagement__in=pks, kind__in=_LOOKED_AT, closed_at=None)
    rows = rows.filter(Q(removed_at=None) | Q(removed_at__gte=lately)).order_by("due", "pk")
    milestones: dict[UUID, UUID] = {}
    for row in rows.annotate(required=required_by("accessrequest__holds_up")).values(*_FIELDS, "required"):
        of_engagement, reference = collected[row["engagement_id"]], reference_of(row["kind"], row["number"])
        name, one = _READ[row["kind"]](reference, row)
        if row["removed_at"]:
            on = _day(row["removed_at"])
            if one and _was_trouble(name, one, on):
                of_engagement.add("gone", known.Gone(reference, "removed while open", on), row["pk"])
            continue
        of_engagement.left += row["kind"] in WORK
        if one:
            of_engagement.add(name, one, row["pk"])
        if row["kind"] == Kind.MILESTONE and one:
            milestones.setdefault(row["engagement_id"], row["pk"])
    return milestones


def _was_trouble(name: str, one: Any, on: date) -> bool:
    """Whether something counted as trouble on the day on which it was removed."""
    alone = known.Facts(began=on, stage="", logged_on=on, **{name: (one,)})  # type: ignore[arg-type]
    return any(concern.level > Level.NOTE for concern in concerns_of(alone, on))


def _dated(name: str) -> Callable[[str, dict[str, Any]], tuple[str, Any]]:
    def read(reference: str, row: dict[str, Any]) -> tuple[str, Any]:
        promised, due = row["milestone__promised"], row["due"] or row["milestone__promised"]
        return name, known.Dated(reference, row["title"], due, promised) if due else None

    return read


def _risk(reference: str, row: dict[str, Any]) -> tuple[str, Any]:
    severity = row["raid__severity"]
    weight = exposure(row["kind"], severity, row["raid__likelihood"])
    answered = bool(row["raid__response"].strip())
    return "risks", known.Risk(
        reference, row["title"], weight, answered, _day(row["at"]), row["kind"], severity
    )


def _wait(reference: str, row: dict[str, Any]) -> tuple[str, Any]:
    approver = Approver(row["accessrequest__approver"])
    who = "the client" if approver == Approver.OTHER else approver.label
    gate = row["accessrequest__holds_up__stage"] if row["required"] else ""
    return "waits", known.Wait(reference, row["title"], who, row["accessrequest__asked_on"], row["due"], gate)


def _blocker(reference: str, row: dict[str, Any]) -> tuple[str, Any]:
    return "blockers", known.Blocker(reference, row["title"], _day(row["at"]))


_READ: dict[str, Callable[[str, dict[str, Any]], tuple[str, Any]]] = {
    Kind.ACTION: _dated("actions"),
    Kind.MILESTONE: _dated("milestones"),
    Kind.RISK: _risk,
    Kind.ISSUE: _risk,
    Kind.ACCESS_REQUEST: _wait,
    Kind.ENTRY: _blocker,  # an entry is open only as a blocker
}


def _gates(engagements: list[Any], collected: dict[UUID, _Collected]) -> None:
    stages = {one.pk: one.stage for one in engagements}
    for gate in Gate.objects.filter(engagement__in=stages).order_by("number"):
        of_engagement, name = collected[gate.engagement_id], gate.get_stage_display().lower()
        if gate.is_open and gate.stage == stages[gate.engagement_id]:
            of_engagement.gate = known.NextGate(gate.reference, name, gate.due, gate.required, gate.held)
            of_engagement.items[gate.reference] = gate.pk
        elif gate.stale and gate.stale_since:
            since = _day(gate.stale_since)
            of_engagement.add("stale", known.StaleGate(gate.reference, name, since, gate.stale[0]), gate.pk)


def _criteria(pks: list[UUID], collected: dict[UUID, _Collected]) -> None:
    lately = timezone.now() - timedelta(days=GONE_FOR + 1)
    ended = Q(state="dropped", closed_at__gte=lately) | Q(removed_at__gte=lately)
    rows = SuccessCriterion.objects.filter(engagement__in=pks)
    rows = rows.filter(Q(removed_at=None) & ~Q(state="dropped") | ended).order_by("number")
    criteria = list(rows)
    deciding = {pk: measured[0] for pk, measured in decisive(criteria).items()}
    for criterion in criteria:
        of_engagement, measured = collected[criterion.engagement_id], deciding.get(criterion.pk)
        verdict = measured.verdict if measured else ""
        ended_at = criterion.removed_at or (criterion.closed_at if criterion.state == "dropped" else None)
        if ended_at:
            if verdict == "missed":
                how = f"{'removed' if criterion.removed_at else 'dropped'} after it was missed"
                gone = known.Gone(criterion.reference, how, _day(ended_at))
                of_engagement.add("gone", gone, criterion.pk)
            continue
        one = known.Criterion(
            criterion.reference,
            criterion.title,
            stated=criterion.state == "stated",
            verdict=verdict,
            measured_on=_day(measured.measured_at) if measured else None,
        )
        of_engagement.add("criteria", one, criterion.pk)


def _done(pks: list[UUID]) -> dict[UUID, int]:
    """How much work each engagement finished in the days that the forecast looks back upon."""
    since = timezone.now() - timedelta(days=WINDOW)
    rows = Item.objects.filter(
        engagement__in=pks, kind__in=WORK, state__in=DONE, removed_at=None, closed_at__gte=since
    )
    return dict(rows.values_list("engagement").annotate(Count("pk")))


def _day(at: datetime) -> date:
    return timezone.localdate(at)
