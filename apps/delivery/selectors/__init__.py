"""Reads of inboxes, preferences, mails and webhooks."""

from .inbox import SHOWN_AT_MOST, entries_of, get_entry, get_entry_or_none, inbox_of, inbox_page, unread_count
from .mail import failed_mail_to, mails
from .preferences import mutable_engagements, muted_by, said_by
from .webhooks import (
    Standing,
    attempts_of,
    deliveries_before,
    last_attempts,
    managers_of,
    may_manage,
    standings,
    webhooks_of,
)

__all__ = [
    "SHOWN_AT_MOST",
    "Standing",
    "attempts_of",
    "deliveries_before",
    "entries_of",
    "failed_mail_to",
    "get_entry",
    "get_entry_or_none",
    "inbox_of",
    "inbox_page",
    "last_attempts",
    "mails",
    "managers_of",
    "may_manage",
    "mutable_engagements",
    "muted_by",
    "said_by",
    "standings",
    "unread_count",
    "webhooks_of",
]
