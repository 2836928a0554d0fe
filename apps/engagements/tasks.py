"""Looking again at what passed gates rest on; sweeping up files that nothing speaks of; what is brought
along in large files."""

from celery import shared_task
from django.db.models import QuerySet

from .models import Engagement
from .services import imports
from .services.attachments import sweep
from .services.exit_criteria import require_registered
from .services.gates import recheck


@shared_task(name="fieldwork.engagements.recheck_gates")
def recheck_gates() -> int:
    """Look again at every open engagement's gates, with the checks that are registered by now. Returns how many
    engagements there are."""
    require_registered()
    number = 0
    for engagement in _open().iterator(chunk_size=200):
        recheck(engagement)
        number += 1
    return number


def _open() -> QuerySet[Engagement]:
    return Engagement.objects.filter(closed_at=None).select_related("client").order_by("pk")


@shared_task(name="fieldwork.engagements.sweep_attachments")
def sweep_attachments() -> int:
    """Delete files that belong to no attachment. Returns how many."""
    return sweep()


@shared_task(name="fieldwork.engagements.perform_imports")
def perform_imports() -> int:
    """Look at large files, write them down, undo that. Returns how many."""
    return imports.perform_asked()


@shared_task(name="fieldwork.engagements.forget_imports")
def forget_imports() -> int:
    """Forget files that nobody has taken within a day. Returns how many."""
    return imports.forget_old()
