"""What people and programs are told, how they want it, and what went out to them."""

from .inbox import InboxEntry
from .mail import Mail
from .preferences import Channel, Mute, Preference
from .reminders import Reminder
from .webhooks import Delivery, DeliveryAttempt, Webhook

__all__ = [
    "Channel",
    "Delivery",
    "DeliveryAttempt",
    "InboxEntry",
    "Mail",
    "Mute",
    "Preference",
    "Reminder",
    "Webhook",
]
