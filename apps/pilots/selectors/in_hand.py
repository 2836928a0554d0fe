"""What of an engagement's runs is still under way."""

from apps.engagements.models import Engagement

from ..models import Run


def runs_in_hand(engagement: Engagement) -> str:
    """A sentence that names a run that has not come to its end, or nothing."""
    found = Run.objects.filter(evaluation__engagement=engagement, state__in=Run.OPEN).select_related(
        "evaluation"
    )
    run = found.order_by("created_at").first()
    return f"{run} is under way: cancel it, or wait for its end." if run else ""
