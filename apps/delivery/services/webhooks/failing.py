"""Webhooks at which nothing arrives any more are paused, and whoever looks after them is told."""

from uuid import UUID

from django.utils import timezone

from apps.accounts.models import User

from ... import selectors
from ...models import InboxEntry, Mute, Webhook
from ...rules import lines, preferences
from ...rules.webhooks import attempts
from .keeping import pause

ABOUT = "webhook"
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
        tell(pause(by=None, webhook=webhook, why=why))


def tell(webhook: Webhook) -> list[User]:
    """Tell whoever looks after a webhook why it was paused, by inbox and e-mail as they want it. Returns whom."""
    text = f"The webhook {webhook.name} was paused: {_WHY[Webhook.Pause(webhook.paused_why)]}."
    return [one for one in selectors.managers_of(webhook) if _tell(one, webhook, text)]


def _tell(person: User, webhook: Webhook, text: str) -> bool:
    said = selectors.said_by(person)
    shown = preferences.wanted(said, ABOUT, preferences.INBOX)
    mailed = preferences.wanted(said, ABOUT, preferences.EMAIL)
    muted = Mute.objects.filter(user=person, engagement=webhook.engagement_id).exists()
    if muted or not (shown or mailed):
        return False
    now = timezone.now()
    InboxEntry.objects.create(
        to=person,
        about=ABOUT,
        engagement=webhook.engagement,
        webhook=webhook,
        text=lines.clip(text, lines.NOTICE),
        at=now,
        shown=shown,
        mail_at=now if mailed else None,
    )
    return True
