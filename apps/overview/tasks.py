"""What beat starts."""

from celery import shared_task

from .services import standing


@shared_task(name="fieldwork.overview.catch_up")
def catch_up() -> int:
    """Work out how every engagement stands of which something has changed, or whose standing is of yesterday."""
    return standing.catch_up_with_all()
