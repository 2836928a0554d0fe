"""Deliveries on their way: claimed, posted, settled, tried again.

Promise: a delivery that is queued is posted at least once, unless its webhook is removed or paused first. A worker that
dies with one in hand leaves a row that is posted again after `attempts.IN_HAND`, with the same id, by which its
receiver can tell. Order is not promised. The database is asked by the thread that called; only receivers are waited
for at once.
"""

import asyncio
import logging
import random
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from ... import secrets
from ...models import Delivery, DeliveryAttempt, Webhook
from ...posting import Posted, Poster
from ...rules.webhooks import attempts, signatures
from . import failing

logger = logging.getLogger(__name__)
AT_ONCE = 32  # deliveries in hand
OF_ONE = 4  # of them for one webhook
OF_ONE_FAILING = 1  # for one at which nothing arrives, so that those who are silent leave room for the others
LOOK = 1.0  # seconds after which a round looks for what has become due meanwhile
LOST = "lost"


@dataclass(frozen=True)
class InHand:
    """An attempt, and whatever it needs of the database."""

    delivery: Delivery
    address: str
    headers: dict[str, str]


def send_due() -> int:
    """Post whatever is due, until nothing is. Returns how many deliveries were taken by their receivers."""
    return int(async_to_sync(_round)())


async def _round() -> int:
    poster, taken = Poster(), 0
    running: dict[asyncio.Task[Posted], InHand] = {}
    claiming, settling = sync_to_async(claim), sync_to_async(settle)
    while True:
        busy = Counter(one.delivery.webhook_id for one in running.values())
        for one in await claiming(AT_ONCE - len(running), busy):
            posting = poster.post(one.address, one.delivery.body, one.headers)
            running[asyncio.create_task(posting)] = one
        if not running:
            return taken
        done, _ = await asyncio.wait(running, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            posted = task.result()
            await settling(running.pop(task).delivery, posted)
            taken += not posted.failure


@transaction.atomic
def claim(most: int, busy: Counter[UUID] | None = None) -> list[InHand]:
    """Take what is due, at most so many; their next attempts are then in this worker's hand alone. busy: how many of
    each webhook it has in hand already. Webhooks have their turns at random, so that none waits behind all others."""
    now, busy, found = timezone.now(), busy or Counter(), list[InHand]()
    due = Delivery.objects.filter(ended_at=None, next_at__lte=now)
    waiting = Webhook.objects.filter(Exists(due.filter(webhook=OuterRef("pk"))), paused_at=None)
    for webhook in waiting.order_by("?"):
        room = (OF_ONE_FAILING if webhook.failing_since else OF_ONE) - busy[webhook.pk]
        room = min(room, most - len(found))
        if room <= 0:
            continue
        rows = due.filter(webhook=webhook).select_for_update(skip_locked=True, of=("self",))
        for delivery in rows.order_by("next_at", "pk")[:room]:
            if _take(delivery):
                found.append(_in_hand(webhook, delivery))
    return found


@transaction.atomic
def settle(delivery: Delivery, posted: Posted) -> None:
    """Write down what became of an attempt; of one that another worker has repeated meanwhile, nothing."""
    locked = (
        Delivery.objects.select_for_update()
        .filter(pk=delivery.pk, state=Delivery.State.SENDING, attempts=delivery.attempts)
        .first()
    )
    if locked is None:
        return
    answer, failure = posted.answer, posted.failure
    DeliveryAttempt.objects.create(
        delivery=locked,
        number=locked.attempts,
        at=timezone.now() - posted.took,
        took_ms=round(posted.took.total_seconds() * 1000),
        status=answer.status if answer else None,
        failure=failure,
        excerpt=answer.excerpt if answer else "",
    )
    gone = answer is not None and answer.status == attempts.GONE
    tried = locked.attempts - locked.before_replay
    wait = attempts.pause(tried, random.random(), answer.wait if answer else None)  # noqa: S311 - spreads
    if not failure:
        _end(locked, Delivery.State.DONE)
    elif gone or wait is None:
        _end(locked, Delivery.State.FAILED)
    else:
        locked.state, locked.next_at = Delivery.State.QUEUED, timezone.now() + wait
        locked.save(update_fields=["state", "next_at"])
    failing.note(locked.webhook_id, arrived=not failure, gone=gone)
    level = logging.WARNING if failure else logging.INFO
    code = answer.status if answer else failure
    logger.log(level, "delivery %s, attempt %s: %s (%s)", locked.pk, locked.attempts, locked.state, code)


def _take(delivery: Delivery) -> bool:
    """Count the attempt; False for a delivery of which every worker was lost with it."""
    if delivery.state == Delivery.State.SENDING:
        DeliveryAttempt.objects.create(
            delivery=delivery, number=delivery.attempts, at=delivery.next_at or timezone.now(), failure=LOST
        )
    if delivery.attempts - delivery.before_replay >= attempts.MOST:
        _end(delivery, Delivery.State.FAILED)
        return False
    delivery.state, delivery.attempts = Delivery.State.SENDING, delivery.attempts + 1
    delivery.next_at = timezone.now() + attempts.IN_HAND
    delivery.save(update_fields=["state", "attempts", "next_at"])
    return True


def _in_hand(webhook: Webhook, delivery: Delivery) -> InHand:
    now = timezone.now()
    stamp = int(now.timestamp())
    keys = secrets.keys_of(webhook, now)
    headers = {
        "content-type": "application/json",
        "user-agent": "Fieldwork webhooks",
        "webhook-id": delivery.message,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signatures.sign(
            keys, message=delivery.message, timestamp=stamp, body=delivery.body
        ),
    }
    return InHand(delivery, webhook.address, headers)


def _end(delivery: Delivery, state: Delivery.State) -> None:
    delivery.state, delivery.next_at, delivery.ended_at = state, None, timezone.now()
    delivery.save(update_fields=["state", "next_at", "ended_at"])
