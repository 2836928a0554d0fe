"""Reads of access requests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)

from apps.accounts.models import User

from ...models import AccessRequest, Engagement, ExitCriterion, Gate, Kind, Link
from ...rules import waiting as rules
from ..items import items_of
from .narrowing import in_state, owned

# What still waits stands first, then what was refused; the longest waiting first.
_URGENCY = Case(
    When(state=rules.WAITING, then=0), When(state="refused", then=1), default=2, output_field=IntegerField()
)
_WAITED = (
    "kind", "number", "title", "state", "due", "asked_on", "answered_on", "holds_up__stage", "holds_up__due",
)  # fmt: skip
COUNTED = 200  # requests that a sentence still counts
CHASE = Q(source__kind=Kind.ENTRY, source__tags__contains=["chased"], source__removed_at=None)


def required_by(gate: str) -> Exists:
    """Whether the gate at that path, such as "holds_up", requires what was asked for it: only then does it wait. The
    one truth of whoever says what a request holds up."""
    return Exists(ExitCriterion.objects.filter(gate=OuterRef(gate), check_name=rules.CHECK))


@dataclass(frozen=True)
class Wait:
    """An access request with what its waiting costs."""

    request: AccessRequest
    figures: rules.Waiting

    required: bool

    @property
    def gate(self) -> Gate | None:
        """The gate that it holds up: the one named for it, if that requires what was asked."""
        return self.request.holds_up if self.required else None


def requests_of(
    user: User,
    engagement: Engagement,
    *,
    state: str = "",
    owner: str = "",
    asked_for: str = "",
    approver: str = "",
    gate: str = "",
) -> QuerySet[AccessRequest]:
    """The engagement's access requests with their gates: what waits first, the longest first. Each has
    `chased_at`: when the client was last reminded."""
    found = items_of(user, engagement, AccessRequest).select_related("owner", "by", "holds_up", "asked_of")
    found = owned(in_state(found, state, Kind.ACCESS_REQUEST), owner, user)
    for field, value in (("asked_for", asked_for), ("approver", approver), ("holds_up__stage", gate)):
        if value and "\0" not in value:
            found = found.filter(**{field: value})
    chased = Link.objects.filter(CHASE, target=OuterRef("pk")).order_by("-source__at").values("source__at")
    return found.annotate(chased_at=Subquery(chased[:1]), required=required_by("holds_up")).order_by(
        _URGENCY, "asked_on", "pk"
    )


def waiting_for(user: User, engagement: Engagement, *, today: date) -> list[Wait]:
    """What the client has not answered yet, the longest waiting first, at most COUNTED: one query. On a closed
    engagement nothing waits."""
    if not engagement.is_open:
        return []
    found = items_of(user, engagement, AccessRequest).filter(state=rules.WAITING)
    found = (
        found.select_related("holds_up")
        .only(*_WAITED)
        .annotate(required=required_by("holds_up"))
        .order_by("asked_on", "pk")
    )
    return [wait_of(request, today=today) for request in found[:COUNTED]]


def wait_of(request: AccessRequest, *, today: date) -> Wait:
    """One request with what its waiting costs. Its gate should have been fetched with it, and whether that requires
    what was asked; else they are asked for."""
    required = _is_required(request)
    figures = rules.waiting(
        state=request.state,
        asked_on=request.asked_on,
        answered_on=request.answered_on,
        due=request.due,
        gate_due=request.holds_up.due if request.holds_up and required else None,
        today=today,
    )
    return Wait(request, figures, required)


def _is_required(request: AccessRequest) -> bool:
    known: bool | None = getattr(request, "required", None)
    if known is None:
        asks = ExitCriterion.objects.filter(gate=request.holds_up_id, check_name=rules.CHECK)
        known = request.holds_up_id is not None and asks.exists()
    return known


def waiting_by_engagement(engagements: Iterable[Engagement]) -> dict[UUID, tuple[int, date]]:
    """How many requests wait on each open engagement, and since when the oldest: for staff, one query."""
    pks = [engagement.pk for engagement in engagements if engagement.is_open]
    found = AccessRequest.objects.filter(engagement__in=pks, state=rules.WAITING, removed_at=None)
    counted = found.order_by().values("engagement").annotate(count=Count("pk"), since=Min("asked_on"))
    return {row["engagement"]: (row["count"], row["since"]) for row in counted}


def outstanding_for(gate: Gate) -> list[AccessRequest]:
    """The requests that hold up a gate and are still waiting or refused, whoever looks; for its check."""
    found = AccessRequest.objects.filter(holds_up=gate, state__in=sorted(rules.HOLDS_UP), removed_at=None)
    return list(found.order_by("number"))


def last_chased(request: AccessRequest) -> datetime | None:
    """When the client was last reminded of a request."""
    last: datetime | None = Link.objects.filter(CHASE, target=request.pk).aggregate(at=Max("source__at"))[
        "at"
    ]
    return last


def gates_of(engagement: Engagement) -> QuerySet[Gate]:
    """The engagement's gates, by date: what an access request may hold up."""
    return Gate.objects.filter(engagement=engagement, removed_at=None).order_by(F("number"))
