"""What the timeline tells of runs: that they were finished, failed or cancelled."""

from django.db.models import F
from django.urls import reverse

from apps.accounts.models import User
from apps.core.keyset import Cursor
from apps.core.keyset import before as lying_before
from apps.engagements.models import Engagement
from apps.engagements.timeline import Moment

from .models import Run

NAME = "runs"  # of the source, as the timeline can be narrowed to it
_SAID = {Run.State.DONE: "finished", Run.State.FAILED: "failed", Run.State.CANCELLED: "cancelled"}


def runs(user: User, engagement: Engagement, before: Cursor | None, limit: int) -> list[Moment]:
    """Runs that are over, by when that was. The client's viewers know of all runs: the panel of runs is theirs too.
    One query."""
    over = Run.objects.filter(evaluation__engagement=engagement, finished_at__isnull=False, state__in=_SAID)
    rows = lying_before(over.annotate(at=F("finished_at")), before).select_related("evaluation", "started_by")
    return [_moment(run) for run in rows.defer("evaluation__spec", "marks")[:limit]]


def _moment(run: Run) -> Moment:
    assert run.finished_at is not None, "filtered"
    said = _SAID[Run.State(run.state)]
    verdict = f", {run.verdict}" if run.verdict else ""
    return Moment(
        at=run.finished_at,
        id=run.pk,
        kind="run",
        what=f"Run {run.number} of {run.evaluation} {said}{verdict}",
        who=run.started_by.name if run.started_by else "Fieldwork",
        href=reverse("pilots:run", args=[run.pk]),
        client_visible=True,
        label="Run",
        state=run.verdict or run.state,
    )
