"""Secrets of webhooks. They are kept nowhere: each follows from the installation's key, the webhook and its
generation."""

from datetime import datetime

from django.utils.crypto import salted_hmac

from .models import Webhook
from .rules.webhooks import signatures


def text_of(webhook: Webhook) -> str:
    """The present secret as it is shown, `whsec_…`."""
    return signatures.secret_text(_key(webhook, webhook.generation))


def keys_of(webhook: Webhook, now: datetime) -> list[bytes]:
    """What signs at that moment: the present secret, and for a while after a rotation the one before."""
    generations = [webhook.generation, *([webhook.generation - 1] if webhook.signs_twice(now) else [])]
    return [_key(webhook, generation) for generation in generations]


def _key(webhook: Webhook, generation: int) -> bytes:
    """32 bytes that tell nothing about any other key made from the same installation's."""
    return salted_hmac("apps.delivery.webhooks", f"{webhook.pk}.{generation}", algorithm="sha256").digest()
