"""Deliveries that somebody asks for."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.waking import wake

from ... import payloads
from ...models import Delivery, Webhook
from ...rules.webhooks import events
from .hearing import TASK
from .keeping import lock

PAUSED = "This webhook is paused; resume it first."


@transaction.atomic
def replay(*, by: User | None, delivery: Delivery) -> Delivery:
    """Send a delivery anew, with the same id and the same content, as often as a new one. Raises Refused for one that
    is on its way, and when its webhook is paused."""
    webhook = lock(delivery.webhook)
    locked = Delivery.objects.select_for_update().filter(pk=delivery.pk).first()
    if locked is None:
        raise Refused("gone", "This delivery is no longer kept.")
    if not webhook.is_active:
        raise Refused("paused", PAUSED)
    if not locked.may_replay:
        raise Refused("on_its_way", "This delivery is on its way already.")
    locked.state, locked.before_replay = Delivery.State.QUEUED, locked.attempts
    locked.next_at, locked.ended_at = timezone.now(), None
    locked.save(update_fields=["state", "before_replay", "next_at", "ended_at"])
    facts = {"name": webhook.name, "delivery": str(locked.pk), "kind": locked.kind}
    record(by=by, verb="replayed", subject=webhook, engagement=webhook.engagement, **facts)
    wake(TASK)
    return locked


@transaction.atomic
def send_test(*, by: User | None, webhook: Webhook) -> Delivery:
    """Send an event of the kind `webhook.test`, whatever the webhook wants. Raises Refused when it is paused."""
    locked = lock(webhook)
    if not locked.is_active:
        raise Refused("paused", PAUSED)
    now = timezone.now()
    delivery = Delivery.objects.create(
        webhook=locked, kind=events.TEST, body=payloads.of_test(locked, by, now), next_at=now
    )
    record(by=by, verb="tested", subject=locked, engagement=locked.engagement, name=locked.name)
    wake(TASK)
    return delivery
