"""Puts what happens on its way to the webhooks that want it: one row for each, in the transaction of what happens."""

from collections.abc import Sequence
from dataclasses import dataclass
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
AT_ONCE = 5_000  # rows of one statement
# A webhook that is found cannot be deleted before this transaction ends, whose rows would have nothing to belong to.
# `waiting`: a worker has been woken for it already.
_WANTING = """
SELECT w.id, w.engagement_id, w.events,
       EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.webhook_id = w.id AND d.ended_at IS NULL
               AND d.state = 'queued' AND d.next_at <= %s) AS waiting
FROM delivery_webhook w
WHERE w.paused_at IS NULL AND (w.engagement_id IS NULL OR w.engagement_id = ANY(%s)) AND w.events && %s::varchar[]
ORDER BY w.id
FOR KEY SHARE OF w
"""


@dataclass(frozen=True)
class _Listener:
    """A webhook that wants some of what happens."""

    pk: UUID
    engagement_id: UUID | None
    events: Sequence[str]
    waiting: bool

    def wants(self, event: Event, kind: str) -> bool:
        """Whether it is told of that one. What is done to a webhook itself it is not told."""
        here = self.engagement_id is None or self.engagement_id == event.engagement_id
        return (
            here and self.pk != event.subject_id and (kind in self.events or events.EVERYTHING in self.events)
        )


class _Silence:
    """Stands among what a transaction does once it is committed, and so for as long as that lasts: nobody listened when
    it was asked first, so it need not be asked after each of ten thousand events."""

    def __call__(self) -> None:
        """Nothing is left to do."""


def hear(event: Event) -> None:
    """Queue a delivery of an event for every active webhook that wants it."""
    hear_all([event])


def hear_all(happened: Sequence[Event]) -> None:
    """The same of several events, by as many statements as of one."""
    if not _is_anybody_there():
        return
    now = timezone.now()
    told = [(event, events.kind_of(event.subject_type, event.verb)) for event in happened]
    listening = _listening(told, now)
    wanted = [one for one in told if any(each.wants(*one) for each in listening)]
    if not wanted:
        return
    rows = [
        Delivery(webhook_id=each.pk, event_id=event.pk, kind=kind, body=body, created_at=now, next_at=now)
        for (event, kind), body in zip(wanted, payloads.of_events(wanted), strict=True)
        for each in listening
        if each.wants(event, kind)
    ]
    Delivery.objects.bulk_create(rows, batch_size=AT_ONCE)
    if {row.webhook_id for row in rows} - {each.pk for each in listening if each.waiting}:
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


def _listening(told: Sequence[tuple[Event, str]], now: datetime) -> list[_Listener]:
    """The active webhooks that may want one of these."""
    engagements = list({event.engagement_id for event, _ in told if event.engagement_id})
    kinds = [*{kind for _, kind in told}, events.EVERYTHING]
    with connection.cursor() as cursor:
        cursor.execute(_WANTING, [now, engagements, kinds])
        return [_Listener(*row) for row in cursor.fetchall()]
