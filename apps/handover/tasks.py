"""Large packs, and those that nobody has taken."""

from celery import shared_task

from .services import waiting


@shared_task(name=waiting.PERFORM)
def perform_imports() -> int:
    """Check and import what waits. Returns how many."""
    return waiting.perform_asked()


@shared_task(name="fieldwork.handover.forget_imports")
def forget_imports() -> int:
    """Forget packs that nobody has taken within a day. Returns how many."""
    return waiting.forget_old()
