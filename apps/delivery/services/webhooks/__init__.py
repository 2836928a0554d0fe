"""The only writers of webhooks and of deliveries."""

from .hearing import hear, hear_all
from .keeping import Issued, change, make, pause, remove, resume
from .replaying import replay, send_test
from .rotating import end_old_secret, rotate
from .sending import send_due

__all__ = [
    "Issued",
    "change",
    "end_old_secret",
    "hear",
    "hear_all",
    "make",
    "pause",
    "remove",
    "replay",
    "resume",
    "rotate",
    "send_due",
    "send_test",
]
