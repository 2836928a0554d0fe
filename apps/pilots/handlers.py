"""What a run does with the answers of its site; called in the ledger's transaction, one report at a time."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.connectors.services import keep_snapshot
from apps.dataplane.contract.messages import (
    ChunkReport,
    FailureReport,
    FreezeReport,
    Operation,
    Slot,
    TallyReport,
)
from apps.dataplane.contract.plan import Plan
from apps.dataplane.contract.privacy import Level
from apps.dispatch.models import Job
from apps.dispatch.models import Plan as Frozen
from apps.dispatch.services import ledger

from .models import Run
from .rules import chunks
from .selectors import summaries
from .services import progress, results, verdicts


def frozen(job: Job, body: FreezeReport | FailureReport) -> None:
    """The source is frozen: lay out the chunks, or take up those that are not done."""
    run = _run(job)
    if isinstance(body, FailureReport):
        return _fail(run, body.code, body.facts)
    evaluation = run.evaluation
    run.snapshot = keep_snapshot(
        by=run.started_by, dataset=evaluation.dataset, site=run.site, extent=body.extent
    )
    first = run.rows is None
    run.rows, run.state = body.extent.rows, Run.State.RUNNING
    run.started_at = run.started_at or timezone.now()
    if first:
        size = chunks.size(_plan(run).limits.concurrency, run.rows)
        ledger.order_chunks(
            run=run.pk,
            slots=(
                Slot(target=target.position, start=start, stop=stop)
                for start, stop in chunks.spans(run.rows, size)
                for target in run.targets.all()
            ),
        )
    else:
        ledger.reopen(run=run.pk)
        progress.recount(run)
    progress.mark(run)
    run.save()
    _conclude_if_over(run)


def chunk_done(job: Job, body: ChunkReport | FailureReport) -> None:
    """Rows of one chunk: stored, counted, and the run concluded when it was the last."""
    run = _run(job)
    if isinstance(body, FailureReport):
        return _fail(run, body.code, body.facts)
    if (
        body.counts.stopped == "cancelled"
    ):  # by an order that was meant for an earlier moment: the run goes on
        return ledger.ask_again(job)
    plan = _plan(run)
    results.store(
        run=run.pk, target=job.target, scorers=[scorer.name for scorer in plan.scorers], rows=body.rows
    )
    target = run.targets.get(position=job.target)
    progress.add(target, body.counts)
    run.level = body.level
    if body.counts.stopped:
        ledger.leave_unfinished(job)
        target.stopped, target.stopped_detail = body.counts.stopped, body.counts.stopped_detail or ""
    target.save()
    progress.mark(run)
    run.save(update_fields=["level", "marks"])
    if body.counts.stopped == "endpoint_dead":
        return _fail(run, "endpoint_dead", {"target": target.name, "cause": target.stopped_detail})
    if body.counts.stopped == "cost_cap":
        ledger.withhold(run=run.pk, target=job.target)
    _conclude_if_over(run)
    return None


def tallied(job: Job, body: TallyReport | FailureReport) -> None:
    """The numbers over groups have come: conclude."""
    run = _run(job)
    if isinstance(body, FailureReport):
        return _fail(run, body.code, body.facts)
    return verdicts.conclude(run, _plan(run), body.summaries)


def given_up(job: Job) -> None:
    """A job got lost time after time: the run cannot go on."""
    _fail(_run(job), "site_error", {})


def _run(job: Job) -> Run:
    return (
        Run.objects.select_for_update(of=("self",))
        .select_related(
            "evaluation__engagement", "evaluation__dataset__source__engagement", "site", "started_by"
        )
        .get(pk=job.plan_id)
    )


def _plan(run: Run) -> Plan:
    """The frozen plan, as the site has it."""
    return Plan.model_validate_json(Frozen.objects.get(pk=run.pk).body)


def _conclude_if_over(run: Run) -> None:
    if Job.objects.filter(plan_id=run.pk, operation=Operation.CHUNK, state__in=Job.OPEN).exists():
        return
    targets = list(run.targets.all())
    silent = next((target for target in targets if chunks.is_silent(target.done, target.errors)), None)
    if silent:
        cause = max(silent.errors, key=lambda kind: silent.errors[kind])
        return _fail(run, "endpoint_dead", {"target": silent.name, "cause": cause})
    run.partial = next((target.stopped for target in targets if target.stopped), "")
    run.save(update_fields=["partial"])
    if run.level == Level.AGGREGATE:
        ledger.order(run=run.pk, operation=Operation.TALLY)
        return None
    plan = _plan(run)
    return verdicts.conclude(
        run,
        plan,
        summaries.of_run(
            run.pk, scorers=[scorer.name for scorer in plan.scorers], slices=plan.dataset.slices
        ),
    )


@transaction.atomic
def _fail(run: Run, code: str, facts: dict[str, Any]) -> None:
    ledger.cancel(run=run.pk)
    run.state, run.reason, run.reason_facts = Run.State.FAILED, code, facts
    run.finished_at = timezone.now()
    run.save()
