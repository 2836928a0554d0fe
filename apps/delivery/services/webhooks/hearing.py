"""Puts what happens on its way to the webhooks that want it: one row for each, in the transaction of what happens."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.core.waking import wake

from ... import payloads
from ...models import Delivery
from ...rules.webhooks import events

TASK = "fieldwork.delivery.send_webhooks"
_ANY = "SELECT EXISTS (SELECT 1 FROM delivery_webhook WHERE paused_at IS NULL)"
# A webhook that is found cannot be deleted before this transaction ends, whose rows would have nothing to belong to.
# `waiting`: a worker has been woken for it already. What is done to a webhook itself it is not told.
_WANTING = """
SELECT w.id, EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.webhook_id = w.id AND d.ended_at IS NULL
                     AND d.state = 'queued' AND d.next_at <= %s) AS waiting
FROM delivery_webhook w
WHERE w.paused_at IS NULL AND (w.engagement_id IS NULL OR w.engagement_id = %s) AND w.events && %s::varchar[]
      AND w.id <> %s
ORDER BY w.id
FOR KEY SHARE OF w
"""


class _Silence:
    """Stands among what a transaction does once it is committed, and so for as long as that lasts: nobody listened when
    it was asked first, so it need not be asked after each of ten thousand events."""

    def __call__(self) -> None:
        """Nothing is left to do."""


def hear(event: Event) -> None:
    """Queue a delivery of an event for every active webhook that wants it."""
    if not _is_anybody_there():
        return
    kind = events.kind_of(event.subject_type, event.verb)
    now = timezone.now()
    found = _wanting(event, kind, now)
    if not found:
        return
    body = payloads.of_event(event, kind)
    Delivery.objects.bulk_create(
        Delivery(webhook_id=pk, event_id=event.pk, kind=kind, body=body, created_at=now, next_at=now)
        for pk, _ in found
    )
    if not all(waiting for _, waiting in found):
        wake(TASK)


def ask_again() -> None:
    """A webhook was made or resumed: this transaction, too, may have something to tell it."""
    connection.run_on_commit = [one for one in connection.run_on_commit if not isinstance(one[1], _Silence)]


def _is_anybody_there() -> bool:
    if any(isinstance(one[1], _Silence) for one in connection.run_on_commit):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_ANY)
        if cursor.fetchone()[0]:
            return True
    transaction.on_commit(_Silence())
    return False


def _wanting(event: Event, kind: str, now: datetime) -> list[tuple[UUID, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_WANTING, [now, event.engagement_id, [kind, events.EVERYTHING], event.subject_id])
        found: list[tuple[UUID, bool]] = cursor.fetchall()
        return found
