"""Reads of how engagements stand, always through the eyes of one person."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from apps.accounts.models import User
from apps.engagements.models import Engagement, Item, Member, MemberRole, Stage
from apps.engagements.selectors import items_visible_to, visible_to

from ..models import Changed, HealthOverride, Standing
from ..rules.health import Colour

AHEAD = timedelta(days=7)
_WORKING = (MemberRole.LEAD, MemberRole.ENGINEER)
# The worst first; nobody knows is worse than fine.
WORST_FIRST = Case(*(When(shown=one, then=place) for place, one in enumerate(Colour)), default=len(Colour))
IN_ORDER = Case(
    *(When(engagement__stage=one, then=place) for place, one in enumerate(Stage.values)), default=0
)


def mine(user: User) -> QuerySet[Any]:
    """How the open engagements stand on which a person works, what presses most first."""
    working = Member.objects.filter(engagement=OuterRef("engagement"), user=user, role__in=_WORKING)
    found = _with_override(Standing.objects.filter(Exists(working), engagement__closed_at=None))
    return found.order_by("-press", "engagement__created_at", "pk")


def seen(user: User) -> QuerySet[Any]:
    """How the engagements stand that a person may see, each with `lead`."""
    return of_engagements(visible_to(user).values("pk"))


def of_engagements(engagements: Any) -> QuerySet[Any]:
    """How those engagements stand, each with `lead`: the name of its first lead. engagements: rows, or a query of ids;
    whoever asks may see them."""
    lead = Member.objects.filter(engagement=OuterRef("engagement"), role=MemberRole.LEAD).order_by(
        "created_at"
    )
    found = _with_override(Standing.objects.filter(engagement__in=engagements))
    named: QuerySet[Any] = found.annotate(
        lead=Subquery(lead.values("user__name")[:1]), worst=WORST_FIRST, place=IN_ORDER
    )
    return named


def pressing(user: User) -> QuerySet[Any]:
    """How the open engagements stand that need somebody, of all that a person may see, what presses most first; each
    with `lead`."""
    found = seen(user).filter(press__gt=0, engagement__closed_at=None)
    return found.order_by("-press", "engagement__created_at", "pk")


def standing_of(engagement: Engagement) -> Any | None:
    """How one engagement stands, with `behind`: whether that is to be worked out anew. One query."""
    changed = Exists(Changed.objects.filter(engagement=OuterRef("engagement")))
    old = ~Q(day=timezone.localdate())
    found = _with_override(Standing.objects.filter(engagement=engagement)).select_related(None)
    standing = found.annotate(behind=Case(When(old, then=True), default=changed)).first()
    if standing is not None:
        standing.engagement = engagement  # as the caller has it already
    return standing


def due_to(user: User) -> QuerySet[Item]:
    """What a person has to do by a week from now, what is due longest first."""
    until = timezone.localdate() + AHEAD
    found = items_visible_to(user, Item).filter(owner=user, closed_at=None, due__lte=until)
    found = found.filter(engagement__closed_at=None)
    return found.select_related("engagement__client").order_by("due", "pk")


def override_of(engagement_id: Any) -> HealthOverride | None:
    """The override that counts now."""
    return overrides_now().filter(engagement=engagement_id).select_related("by").first()


def overrides_of(engagement_id: Any) -> QuerySet[HealthOverride]:
    """All that managers have said of an engagement, the latest first."""
    known = HealthOverride.objects.filter(engagement=engagement_id).select_related("by")
    return known.order_by("-created_at", "-pk")[:20]


def overrides_now() -> QuerySet[HealthOverride]:
    """The overrides that count, the latest first."""
    known = HealthOverride.objects.filter(ended_at=None, until__gte=timezone.localdate())
    return known.order_by("-created_at", "-pk")


def _with_override(found: QuerySet[Standing]) -> QuerySet[Any]:
    """Each with `shown`: the colour that counts; `overridden`: the one that a manager gave, if any; and `given`: with
    which "reason" and "until" which day."""
    given = overrides_now().filter(engagement=OuterRef("engagement"))
    said = given.values(said=JSONObject(reason="reason", until="until"))
    return found.select_related("engagement__client", "milestone").annotate(
        overridden=Subquery(given.values("colour")[:1]),
        given=Subquery(said[:1]),
        shown=Coalesce(F("overridden"), F("colour")),
    )
