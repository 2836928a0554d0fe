"""Takes notices in: into the inbox, and into the outbox of mails."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.engagements.notices import About, Notice

from .. import selectors
from ..models import InboxEntry, Mute
from ..rules import lines, preferences

WINDOW = timedelta(minutes=2)  # what comes within it goes into one mail


@transaction.atomic
def receive(notice: Notice) -> bool:
    """Keep a notice for the person it is for, as they want it; returns whether they do. Writes one row and waits for
    nobody, since it runs within the transaction of what is told; `services.bundles` makes mails of the rows
    afterwards."""
    about, said = notice.about.value, selectors.said_by(notice.to)
    shown = preferences.wanted(said, about, preferences.INBOX)
    mailed = preferences.wanted(said, about, preferences.EMAIL)
    if not (shown or mailed) or _is_muted(notice):
        return False
    now = timezone.now()
    wait = timedelta() if notice.about is About.DUE else WINDOW  # reminders come together anyway
    InboxEntry.objects.create(
        to=notice.to,
        about=about,
        engagement=notice.engagement,
        item_id=notice.item.pk if notice.item else None,
        comment=notice.comment,
        by=notice.by,
        text=lines.clip(notice.text, lines.NOTICE) or preferences.ABOUT[about][0],
        at=now,
        shown=shown,
        mail_at=now + wait if mailed else None,
    )
    return True


def _is_muted(notice: Notice) -> bool:
    return Mute.objects.filter(user=notice.to, engagement=notice.engagement).exists()
