"""What a person does with their own inbox. Not in the audit trail: nobody else is concerned."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.engagements.models import Engagement

from .. import selectors
from ..models import InboxEntry


@transaction.atomic
def mark(*, by: User, entry: InboxEntry, read: bool) -> None:
    """Mark one's own entry as read or unread; once read, the first time stays. Raises Refused for somebody
    else's."""
    if entry.to_id != by.pk:
        raise Refused("not_yours", "This stands in somebody else's inbox.")
    changed = InboxEntry.objects.filter(pk=entry.pk, read_at__isnull=read)
    entry.read_at = (entry.read_at or timezone.now()) if read else None
    changed.update(read_at=entry.read_at)


@transaction.atomic
def mark_all_read(*, by: User, until: datetime, about: str = "", engagement: Engagement | None = None) -> int:
    """Mark as read what came up to `until` (what came later, nobody has looked at), of one kind or of all, of one
    engagement or of all. Returns how many there were."""
    unread = selectors.inbox_of(by).filter(read_at=None, at__lte=until).order_by()
    if about:
        unread = unread.filter(about=about)
    if engagement:
        unread = unread.filter(engagement=engagement)
    return unread.update(read_at=timezone.now())
