"""A webhook's secret is replaced, and for a while both sign."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.versions import keep

from ... import secrets
from ...models import Webhook
from ...rules.webhooks import attempts
from .keeping import Issued, lock


@transaction.atomic
def rotate(*, by: User | None, webhook: Webhook) -> Issued:
    """Give it a new secret. The one before signs as well for `attempts.OLD_SECRET`; one before that no longer."""
    locked = lock(webhook)
    locked.generation += 1
    locked.old_until = timezone.now() + attempts.OLD_SECRET
    keep(locked, ["generation", "old_until"])
    record(by=by, verb="rotated", subject=locked, engagement=locked.engagement, name=locked.name)
    return Issued(locked, secrets.text_of(locked))


@transaction.atomic
def end_old_secret(*, by: User | None, webhook: Webhook) -> Webhook:
    """Let the secret before the present one sign no more, at once."""
    locked = lock(webhook)
    if locked.signs_twice(timezone.now()):
        locked.old_until = None
        keep(locked, ["old_until"])
        engagement = locked.engagement
        record(by=by, verb="ended the old secret of", subject=locked, engagement=engagement, name=locked.name)
    return locked
