"""Removing an evaluation with all that was measured by it."""

from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.dispatch.services.removal import remove_plans

from ..models import Evaluation, Judgement, Result, Run


@transaction.atomic
def remove_evaluation(*, by: User | None, evaluation: Evaluation) -> list[UUID]:
    """Delete one version of an evaluation: its runs, their results, judgements, plans and jobs.

    What a criterion was found to be stays as its measurement. Returns the runs' ids, by which a site still keeps
    files. Raises Refused while a run is open.
    """
    locked = (
        Evaluation.objects.select_for_update(of=("self",)).select_related("engagement").get(pk=evaluation.pk)
    )
    runs = list(Run.objects.select_for_update(of=("self",)).filter(evaluation=locked).order_by("pk"))
    if any(run.is_open for run in runs):
        raise Refused("run_open", "A run of this evaluation is under way; cancel it first.")
    ids = [run.pk for run in runs]
    record(by=by, verb="removed", subject=locked, engagement=locked.engagement, runs=len(ids))
    Result.objects.filter(run__in=ids).delete()
    Judgement.objects.filter(run__in=ids).delete()
    Run.objects.filter(pk__in=ids).delete()
    remove_plans(by=by, engagement=locked.engagement, plans=ids)
    locked.delete()
    return ids
