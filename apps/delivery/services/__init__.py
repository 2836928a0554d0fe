"""The only writers of inboxes, preferences and mails."""

from .inbox import mark, mark_all_read
from .outgoing import retry, send_due, send_now
from .preferences import choose, mute, unmute
from .receiving import receive

__all__ = [
    "choose",
    "mark",
    "mark_all_read",
    "mute",
    "receive",
    "retry",
    "send_due",
    "send_now",
    "unmute",
]
