"""Reads of RAID items."""

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from apps.accounts.models import User

from ...models import Engagement, Kind, Level, Raid
from ...rules import raid as rules
from ..items import items_of
from .narrowing import OPEN_FIRST, in_state, owned, weighed

KINDS = (Kind.RISK, Kind.ASSUMPTION, Kind.ISSUE, Kind.DEPENDENCY)
UNANSWERED = Q(kind=Kind.RISK, severity=Level.HIGH, closed_at=None, response="")
_CHANCE = Case(
    When(kind=Kind.ISSUE, then=Value(rules.CERTAIN)),
    default=weighed("likelihood", rules.WEIGHTS, unsaid=rules.UNSAID),
    output_field=IntegerField(),
)


def raid_of(
    user: User,
    engagement: Engagement,
    *,
    kind: str = "",
    state: str = "",
    severity: str = "",
    likelihood: str = "",
    owner: str = "",
) -> QuerySet[Raid]:
    """The engagement's RAID items, each with its `exposure`: open ones first, the weightiest first, the oldest
    first."""
    found = items_of(user, engagement, Raid).select_related("owner")
    if kind in KINDS:
        found = found.filter(kind=kind)
    if severity in Level.values:
        found = found.filter(severity=severity)
    if likelihood in Level.values:
        found = found.filter(_likely(likelihood))
    found = owned(in_state(found, state, *KINDS), owner, user)
    weight = weighed("severity", rules.WEIGHTS, unsaid=rules.UNSAID)
    return found.annotate(exposure=weight * _CHANCE).order_by(OPEN_FIRST, "-exposure", F("at"), "pk")


def risk_matrix(user: User, engagement: Engagement) -> dict[tuple[str, str], int]:
    """How many risks are open, by severity and likelihood; what nobody has judged counts as medium."""
    risks = items_of(user, engagement, Raid).filter(kind=Kind.RISK, closed_at=None)
    counted: dict[tuple[str, str], int] = {}
    for severity, likelihood, count in (
        risks.order_by().values_list("severity", "likelihood").annotate(count=Count("pk"))
    ):
        key = (severity, likelihood or Level.MEDIUM)
        counted[key] = counted.get(key, 0) + count
    return counted


def unanswered_risks(engagement: Engagement) -> list[Raid]:
    """The high risks that are open and about which nothing is done, whoever looks; for gates."""
    found = Raid.objects.filter(UNANSWERED, engagement=engagement, removed_at=None)
    return list(found.order_by("number"))


def _likely(likelihood: str) -> Q:
    exactly = Q(likelihood=likelihood)
    return exactly | Q(likelihood="", kind=Kind.RISK) if likelihood == Level.MEDIUM else exactly
