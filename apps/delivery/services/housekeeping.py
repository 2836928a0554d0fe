"""Forgets what nobody looks at any more."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ..models import Delivery, InboxEntry, Mail, Reminder
from ..rules.webhooks import attempts

READ = timedelta(days=180)  # entries that were read
TEXTS = timedelta(days=30)  # what mails said; that they went out stays in the log
LINKS = timedelta(days=3)  # links to sign in work no longer
REMINDERS = timedelta(days=400)
AT_ONCE = 2_000  # deliveries in one transaction


@transaction.atomic
def forget() -> int:
    """Delete entries read long ago and the texts of mails that ended long ago. Returns how many rows there
    were."""
    now = timezone.now()
    read, _ = InboxEntry.objects.filter(read_at__lt=now - READ).delete()
    kept = Mail.objects.exclude(text="", html="")
    old = kept.filter(ended_at__lt=now - TEXTS)
    links = kept.filter(kind=Mail.Kind.LINK, created_at__lt=now - LINKS, ended_at__isnull=False)
    texts = old.update(text="", html="") + links.update(text="", html="")
    days, _ = Reminder.objects.filter(day__lt=(now - REMINDERS).date()).delete()
    return read + texts + days


def forget_deliveries() -> int:
    """Delete deliveries of long ago, also those that wait at a webhook that is paused, some at a time. Returns how
    many there were."""
    before, forgotten = timezone.now() - attempts.KEPT, 0
    while True:
        with transaction.atomic():
            old = Delivery.objects.filter(created_at__lt=before).exclude(state=Delivery.State.SENDING)
            ids = list(old.order_by("created_at").values_list("pk", flat=True)[:AT_ONCE])
            Delivery.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)
        if len(ids) < AT_ONCE:
            return forgotten
