"""Reads of decisions: log entries that say what was chosen, and what was rejected and why."""

from django.db.models import Q, QuerySet

from apps.accounts.models import User

from ...models import Engagement, EntryKind, LogEntry
from ..items import items_of


def decisions_of(user: User, engagement: Engagement, *, search: str = "") -> QuerySet[LogEntry]:
    """The engagement's decisions, the newest first, narrowed to words in what they say."""
    found = items_of(user, engagement, LogEntry).filter(entry_kind=EntryKind.DECISION)
    words = search.replace("\0", "").strip()
    if words:
        found = found.filter(
            Q(title__icontains=words) | Q(text__icontains=words) | Q(reason__icontains=words)
        )
    return found.select_related("by").order_by("-at", "-pk")
