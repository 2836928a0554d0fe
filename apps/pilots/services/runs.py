"""Starting, cancelling and resuming runs."""

from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.dataplane.contract.messages import Operation
from apps.dispatch.models import Site
from apps.dispatch.services import ledger
from apps.engagements.services.items import require_open

from .. import spec
from ..models import Evaluation, Judgement, Metric, Run, RunTarget
from ..rules import states


@transaction.atomic
def start(
    *, by: User | None, evaluation: Evaluation, site: Site, run_id: UUID | None = None, anew: bool = False
) -> Run:
    """Queue a run of the evaluation's frozen spec at `site`.

    The rows must be those of the evaluation's last snapshot there, unless `anew` freezes them again.
    Raises Refused when the site may not serve this client.
    """
    engagement = evaluation.engagement
    require_open(engagement, stays=True)
    if site.client_id not in (None, engagement.client_id):
        raise Refused("foreign_site", "This site belongs to another client.")
    if not site.public_key:
        raise Refused("site_unknown", "This site has not introduced itself yet.")
    Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    last = evaluation.runs.aggregate(last=Max("number"))["last"] or 0
    run = Run.objects.create(
        id=run_id or uuid4(),
        evaluation=evaluation,
        site=site,
        started_by=by,
        number=last + 1,
        queued_at=timezone.now(),
    )
    plan = spec.to_plan(spec.from_data(evaluation.spec), str(run.pk))
    RunTarget.objects.bulk_create(
        RunTarget(run=run, position=position, name=target.name, kind=target.kind)
        for position, target in enumerate(plan.targets)
    )
    ledger.lay_out(site=site, body=plan)
    known = None
    if not anew:
        known = evaluation.dataset.snapshots.filter(site=site).order_by("created_at").last()
    ledger.order(run=run.pk, operation=Operation.FREEZE, expected=known.digest if known else "")
    record(by=by, verb="started", subject=run, engagement=engagement)
    return run


@transaction.atomic
def cancel(*, by: User | None, run: Run) -> Run:
    """Stop an open run; what it has measured stays, and it can be resumed. Raises Refused when it is not open."""
    run = _locked(run)
    if not states.may_cancel(run.state):
        raise Refused("not_open", "This run is not under way.")
    ledger.cancel(run=run.pk)
    run.state, run.finished_at = Run.State.CANCELLED, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    record(by=by, verb="cancelled", subject=run, engagement=run.evaluation.engagement)
    return run


@transaction.atomic
def resume(*, by: User | None, run: Run) -> Run:
    """Go on with a cancelled, failed or partial run, on the very rows it was frozen on. Raises Refused otherwise."""
    run = _locked(run)
    if not states.may_resume(run.state, run.partial):
        raise Refused("not_resumable", "Only a cancelled, failed or partial run can be resumed.")
    require_open(run.evaluation.engagement, stays=True)
    Judgement.objects.filter(run=run).delete()
    Metric.objects.filter(target__run=run).delete()
    run.targets.update(stopped="", stopped_detail="")
    run.state, run.verdict, run.partial, run.reason, run.reason_facts = Run.State.QUEUED, None, "", "", {}
    run.finished_at, run.marks, run.queued_at = None, [], timezone.now()
    run.save()
    expected = run.snapshot.digest if run.snapshot else ""
    ledger.order(run=run.pk, operation=Operation.FREEZE, expected=expected)
    record(by=by, verb="resumed", subject=run, engagement=run.evaluation.engagement)
    return run


def _locked(run: Run) -> Run:
    ledger.lock(run=run.pk)
    return (
        Run.objects.select_for_update(of=("self",))
        .select_related("evaluation__engagement", "snapshot")
        .get(pk=run.pk)
    )
