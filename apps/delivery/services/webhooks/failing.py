"""Webhooks at which nothing arrives any more are paused, and whoever looks after them is told."""

from uuid import UUID

from django.utils import timezone

from ...models import Webhook
from ...rules.webhooks import attempts
from .keeping import pause
from .telling import tell

_WHY = {
    Webhook.Pause.GONE: "its receiver has answered that it wants no more (410)",
    Webhook.Pause.FAILING: "nothing has arrived there for three days",
}


def note(pk: UUID, *, arrived: bool, gone: bool) -> None:
    """Remember of a webhook since when nothing has arrived, and pause it when that is too long ago or its receiver
    wants no more. Within the transaction that settles a delivery; mostly there is nothing to write."""
    now = timezone.now()
    if arrived:
        Webhook.objects.filter(pk=pk, failing_since__isnull=False).update(failing_since=None)
        return
    Webhook.objects.filter(pk=pk, failing_since=None).update(failing_since=now)
    found = Webhook.objects.filter(pk=pk, paused_at=None)
    webhook = (found if gone else found.filter(failing_since__lte=now - attempts.PATIENCE)).first()
    if webhook is not None:
        why = Webhook.Pause.GONE if gone else Webhook.Pause.FAILING
        paused = pause(by=None, webhook=webhook, why=why)
        tell(paused, _why(paused))


def _why(webhook: Webhook) -> str:
    return f"The webhook {webhook.name} was paused: {_WHY[Webhook.Pause(webhook.paused_why)]}."
