"""Whose a run or a note is, for the declarations of the views."""

from uuid import UUID

from apps.engagements.models import Engagement

from ..models import Run, RunNote


def of_run(pk: UUID) -> Engagement:
    """The engagement of run `pk`."""
    return Run.objects.select_related("evaluation__engagement").get(pk=pk).evaluation.engagement


def of_note(pk: UUID, note: UUID) -> Engagement:
    """The engagement of a note on run `pk`; a note on another run is none."""
    found = RunNote.objects.select_related("run__evaluation__engagement").get(pk=note, run=pk)
    return found.run.evaluation.engagement
