"""Concluding a run: metrics, measurements, judgements and the verdict, from sufficient numbers."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from apps.audit.services import record
from apps.dataplane.contract.messages import Summary
from apps.dataplane.contract.plan import Plan
from apps.engagements.services.gates import recheck
from apps.scoping.models import Measurement, SuccessCriterion
from apps.scoping.rules.goals import Goal, goal_of
from apps.scoping.services import measure

from .. import finished
from ..evidence import SOURCE
from ..models import Binding, Judgement, Metric, Run, RunTarget
from ..rules import metrics, verdicts

Found = dict[int, dict[str, metrics.Measured]]  # by target and metric, over all rows


@transaction.atomic
def conclude(run: Run, plan: Plan, summaries: Sequence[Summary]) -> None:
    """Write what a run has measured, judge its criteria, and close it."""
    targets = {target.position: target for target in run.targets.all()}
    found = _keep_metrics(plan, targets, summaries)
    run.state, run.finished_at = Run.State.DONE, timezone.now()
    run.verdict = verdicts.run_verdict(_judge(run, plan, targets, found))
    run.save()
    engagement = run.evaluation.engagement
    record(by=run.started_by, verb="finished", subject=run, engagement=engagement, verdict=run.verdict)
    recheck(engagement)
    finished.tell(run)


def _keep_metrics(plan: Plan, targets: dict[int, RunTarget], summaries: Sequence[Summary]) -> Found:
    found: Found = {}
    rows = []
    for position, target in targets.items():
        of_target = metrics.measured(plan, position, summaries)
        rows += [_metric(target, *key, measured) for key, measured in of_target.items()]
        found[position] = {name: each for (name, slice_), each in of_target.items() if each and not slice_}
    Metric.objects.filter(target__in=targets.values()).delete()
    Metric.objects.bulk_create(rows, batch_size=1000)
    return found


def _metric(target: RunTarget, name: str, slice_: str, measured: metrics.Measured | None) -> Metric:
    shown = measured or metrics.NOTHING
    return Metric(
        target=target,
        name=name,
        slice=slice_,
        value=shown.value,
        low=shown.low,
        high=shown.high,
        n=shown.n,
        suppressed=measured is None,
    )


def _judge(run: Run, plan: Plan, targets: dict[int, RunTarget], found: Found) -> list[verdicts.Verdict]:
    by_name = {target.name: target for target in targets.values()}
    judged: list[verdicts.Verdict] = []
    for binding in run.evaluation.bindings.select_related("criterion__engagement"):
        target, criterion = by_name[binding.target], binding.criterion
        goal = _goal(run, binding)
        measured = found[target.position].get(goal.metric if goal else "", metrics.NOTHING)
        errors = found[target.position].get("error_rate", metrics.NOTHING)
        judgement = verdicts.NO_GOAL
        if goal:
            judgement = verdicts.judge(
                goal.metric,
                goal.direction,
                goal.threshold,
                measured,
                error_rate=errors.value,
                max_errors=plan.limits.max_errors,
                stopped=run.partial,
            )
        write = goal is not None and not run.partial
        Judgement.objects.create(
            run=run,
            binding=binding,
            metric=goal.metric if goal else "",
            direction=goal.direction if goal else "",
            threshold=goal.threshold if goal else None,
            measurement=_write_down(run, criterion, target, measured, judgement, goal) if write else None,
            verdict=judgement.verdict,
            reason=judgement.reason,
            more_samples=judgement.more_samples,
        )
        judged.append(judgement.verdict)
    return judged


def _goal(run: Run, binding: Binding) -> Goal | None:
    """What decides: what the frozen spec says itself; of a criterion that it only names, what that one says now."""
    stated = run.evaluation.spec["criteria"][binding.position]
    if stated.get("criterion"):
        return binding.criterion.goal
    direction = "at_most" if stated["at_least"] is None else "at_least"
    return goal_of(stated["metric"], direction, stated[direction])


def _write_down(
    run: Run,
    criterion: SuccessCriterion,
    target: RunTarget,
    measured: metrics.Measured,
    judged: verdicts.Judgement,
    goal: Goal | None,
) -> Measurement:
    return measure(
        by=run.started_by,
        criterion=criterion,
        value=measured.value,
        low=measured.low,
        high=measured.high,
        n=measured.n,
        source=SOURCE,
        source_id=run.pk,
        subject=target.name,
        at=timezone.now(),
        verdict=judged.verdict,
        goal=goal,
    )
