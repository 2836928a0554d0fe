"""Keeps the standings: worked out anew after every change, and on every new day."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from apps.audit.models import Event
from apps.core.locks import hold, hold_if_free
from apps.engagements.models import Engagement

from ..models import Changed, Standing
from ..rules.concerns import concerns_of
from ..rules.forecast import Forecast, forecast_of
from ..rules.health import health_of
from ..rules.ranking import press
from ..selectors.facts import Known, known_of

AT_ONCE = 200  # engagements in one transaction
SOME = 50  # changed engagements that a page waits for
_LOCK = "overview.standing"
_REMEMBER = """INSERT INTO overview_changed (engagement_id)
    SELECT id FROM engagements_engagement WHERE id = ANY(%s)"""
_TAKE = """DELETE FROM overview_changed
    WHERE engagement_id IN (SELECT DISTINCT engagement_id FROM overview_changed LIMIT %s) RETURNING engagement_id"""
_KEPT = {"id", "engagement", "created_at"}  # of a standing that is there


def notice_change(event: Event) -> None:
    """Remember, in the transaction of a change, that an engagement's standing is to be worked out anew; unless it
    is the engagement itself that is gone."""
    notice_changes([event])


def notice_changes(events: Iterable[Event]) -> None:
    """As `notice_change`, of many at once."""
    if changed := sorted({event.engagement_id for event in events if event.engagement_id}):
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [changed])


@transaction.atomic
def catch_up(most: int = SOME) -> int:
    """Work out the standing of engagements that have changed, or that have none of today: at most `most` in all.
    Returns how many; 0 as well while somebody else is at it."""
    if not hold_if_free(_LOCK):
        return 0
    ids = _changed(most)
    if len(ids) < most:
        behind = Engagement.objects.filter(
            ~Q(standing__day=timezone.localdate()) | Q(standing=None), closed_at=None
        )
        ids.update(behind.values_list("pk", flat=True)[: most - len(ids)])
    if ids:
        _work_out(ids, timezone.localdate())
    return len(ids)


@transaction.atomic
def catch_up_with(engagement: Engagement) -> None:
    """Work out the standing of one engagement, if it is behind; waits for whoever is at it."""
    hold(_LOCK)
    changed, _ = Changed.objects.filter(engagement_id=engagement.pk).delete()
    today = timezone.localdate()
    if changed or not Standing.objects.filter(engagement=engagement, day=today).exists():
        _work_out([engagement.pk], today)


def catch_up_with_all() -> int:
    """Work out every standing that is behind. Returns how many."""
    total = 0
    while done := catch_up(AT_ONCE):
        total += done
    return total


def _changed(most: int) -> set[UUID]:
    """The engagements that have changed, taken off the list of those."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [most])
        return {pk for (pk,) in cursor.fetchall()}


def _work_out(ids: Iterable[UUID], today: date) -> None:
    standings = [_standing(pk, known, today) for pk, known in known_of(ids, today).items()]
    fields = [field.name for field in Standing._meta.concrete_fields if field.name not in _KEPT]
    Standing.objects.bulk_create(
        standings, update_conflicts=True, unique_fields=["engagement"], update_fields=fields
    )


def _standing(pk: UUID, known: Known, today: date) -> Standing:
    facts = known.facts
    concerns = concerns_of(facts, today)
    health, forecast = health_of(facts, concerns, today), forecast_of(known.pace, today)
    standing = Standing(
        engagement_id=pk,
        day=today,
        press=press(one.points for one in concerns),
        colour=health.colour,
        reasons=list(health.reasons),
        concerns=[
            {
                "kind": one.kind,
                "points": one.points,
                "level": int(one.level),
                "words": one.words,
                "item": str(known.items.get(one.reference, "")),
            }
            for one in concerns
        ],
        milestone_id=known.milestone,
        blockers=len(facts.blockers),
        waits=len(facts.waits),
        waited=max(((today - one.asked_on).days for one in facts.waits), default=0),
        logged_on=facts.logged_on,
    )
    if isinstance(forecast, Forecast):
        standing.forecast_low, standing.forecast = forecast.low, forecast.middle
        standing.forecast_high = forecast.high
    else:
        standing.no_forecast = forecast
    return standing
