"""Whoever looks after a webhook is told of it, by inbox and e-mail as they want it."""

from django.utils import timezone

from apps.accounts.models import User

from ... import selectors
from ...models import InboxEntry, Mute, Webhook
from ...rules import lines, preferences

ABOUT = "webhook"


def tell(webhook: Webhook, text: str) -> list[User]:
    """Tell them. Returns whom."""
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
