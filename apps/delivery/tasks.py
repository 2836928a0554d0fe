"""What beat and `wake` start."""

from celery import shared_task

from .carrier import Carrier
from .services import housekeeping, outgoing, reminders, webhooks

carrier = Carrier(webhooks.send_due)


@shared_task(name="fieldwork.delivery.send_mails")
def send_mails() -> int:
    """Bundle and send the mails that are due."""
    return outgoing.send_due()


@shared_task(name="fieldwork.delivery.remind")
def remind() -> int:
    """Remind people of what is due, in their morning."""
    return reminders.remind()


@shared_task(name="fieldwork.delivery.forget")
def forget() -> int:
    """Forget read entries and the texts of old mails."""
    return housekeeping.forget()


@shared_task(name="fieldwork.delivery.send_webhooks")
def send_webhooks() -> bool:
    """Have the deliveries carried that are due."""
    return carrier.wake()


@shared_task(name="fieldwork.delivery.forget_deliveries")
def forget_deliveries() -> int:
    """Forget old deliveries."""
    return housekeeping.forget_deliveries()
