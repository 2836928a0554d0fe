"""Reads of how engagements stand, always through the eyes of one person."""

from datetime import date, timedelta
from functools import cache, lru_cache
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
_MOST_PRESSING = ("-press", "engagement__created_at", "pk")
_ENGAGEMENT = ("engagement__name", "engagement__stage", "engagement__client__name")
_LINE = (
    "colour", "reasons", "milestone__title", "milestone__due", "blockers", "waits", "waited", "logged_on",
    "forecast_low", "forecast", "forecast_high", "no_forecast", *_ENGAGEMENT,
)  # fmt: skip


def mine(user: User) -> QuerySet[Any]:
    """How the open engagements stand on which a person works, what presses most first."""
    working = Member.objects.filter(engagement=OuterRef("engagement"), user=user, role__in=_WORKING)
    found = _with_override(Standing.objects.filter(Exists(working), engagement__closed_at=None))
    return found.order_by(*_MOST_PRESSING)


def seen(user: User) -> QuerySet[Any]:
    """How the engagements stand that a person may see, each with `lead`."""
    return of_engagements(visible_to(user).values("pk"))


def as_lines(found: QuerySet[Any]) -> QuerySet[Any]:
    """Of `seen`, no more than the portfolio shows."""
    return found.only(*_LINE)


def lines_of(ids: Any) -> QuerySet[Any]:
    """What the portfolio shows of a page of `seen`. ids: of that page, as a query; they are looked up first and alone,
    because whatever stands beside them would be fetched and worked out for each row that is sorted."""
    return as_lines(_with_lead(Standing.objects.filter(pk__in=ids)))


def places_of(ids: Any, *, lead: bool) -> QuerySet[Any]:
    """What Today shows of a page of `mine` or `pressing`, in the same order. ids: as of `lines_of`. lead: whether with
    the names of those who lead."""
    found = Standing.objects.filter(pk__in=ids)
    found = _with_lead(found) if lead else _with_override(found)
    shown = found.select_related(None).select_related("engagement__client")
    return shown.only("colour", "concerns", *_ENGAGEMENT).order_by(*_MOST_PRESSING)


def of_engagements(engagements: Any) -> QuerySet[Any]:
    """How those engagements stand, each with `lead`: the name of its first lead. engagements: rows, or a query of ids;
    whoever asks may see them."""
    return _with_lead(Standing.objects.filter(engagement__in=engagements))


def pressing(user: User) -> QuerySet[Any]:
    """How the open engagements stand that need somebody, of all that a person may see, what presses most first; each
    with `lead`."""
    found = seen(user).filter(press__gt=0, engagement__closed_at=None)
    return found.order_by(*_MOST_PRESSING)


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
    shown = found.select_related("engagement__client").only("kind", "number", "title", "due", *_ENGAGEMENT)
    return shown.order_by("due", "pk")


def override_of(engagement_id: Any) -> HealthOverride | None:
    """The override that counts now."""
    return overrides_now().filter(engagement=engagement_id).select_related("by").first()


def overrides_of(engagement_id: Any) -> QuerySet[HealthOverride]:
    """All that managers have said of an engagement, the latest first."""
    known = HealthOverride.objects.filter(engagement=engagement_id).select_related("by")
    return known.order_by("-created_at", "-pk")[:20]


def overrides_now() -> QuerySet[HealthOverride]:
    """The overrides that count, the latest first."""
    return _overrides_on(timezone.localdate())


def _overrides_on(today: date) -> QuerySet[HealthOverride]:
    known = HealthOverride.objects.filter(ended_at=None, until__gte=today)
    return known.order_by("-created_at", "-pk")


def _with_lead(found: QuerySet[Standing]) -> QuerySet[Any]:
    """What `_with_override` gives, each with `lead`, `worst` and `place`, by which it can be sorted."""
    named: QuerySet[Any] = _with_override(found).annotate(lead=_lead(), worst=WORST_FIRST, place=IN_ORDER)
    return named


@cache
def _lead() -> Subquery:
    """The name of the first lead of whichever engagement."""
    leads = Member.objects.filter(engagement=OuterRef("engagement"), role=MemberRole.LEAD)
    return Subquery(leads.order_by("created_at").values("user__name")[:1])


def _with_override(found: QuerySet[Standing]) -> QuerySet[Any]:
    """Each with `shown`: the colour that counts; `overridden`: the one that a manager gave, if any; and `given`: with
    which "reason" and "until" which day."""
    return found.select_related("engagement__client", "milestone").annotate(**_given(timezone.localdate()))


@lru_cache(maxsize=4)
def _given(today: date) -> dict[str, Any]:
    """How the override of whichever engagement that counts on a day is read; put together once."""
    given = _overrides_on(today).filter(engagement=OuterRef("engagement"))
    said = given.values(said=JSONObject(reason="reason", until="until"))
    return {
        "overridden": Subquery(given.values("colour")[:1]),
        "given": Subquery(said[:1]),
        "shown": Coalesce(F("overridden"), F("colour")),
    }
