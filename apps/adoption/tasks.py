"""What beat starts."""

from celery import shared_task
from django.utils import timezone

from .services import partitions, rollup


@shared_task(name="fieldwork.adoption.roll_up")
def roll_up() -> int:
    """Make anew whatever is made of days that have changed."""
    return rollup.roll_up_all()


@shared_task(name="fieldwork.adoption.settle")
def settle() -> int:
    """Make anew whatever is made of whole weeks."""
    return rollup.settle_all()


@shared_task(name="fieldwork.adoption.make_months")
def make_months() -> int:
    """Partitions for the months to come."""
    return len(partitions.ensure(partitions.ahead_of(timezone.now().date())))
