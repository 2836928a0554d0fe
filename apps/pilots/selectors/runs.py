"""What a person reads of a run."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.dataplane.contract.messages import Counts
from apps.dispatch.models import Job

from ..models import Judgement, Metric, Run, RunNote, RunTarget
from ..rules import pace

CALLED = ("openai", "anthropic")  # kinds that call an endpoint; the others have neither latency nor cost


@dataclass
class TargetProgress:
    """Counters of one target, with what a site has in hand added to what is settled."""

    target: RunTarget
    done: int
    errors: dict[str, int]
    cost: float
    cached: int


@dataclass
class Progress:
    """How far a run is. rate: samples per second of late; left: seconds to go, None when nobody can tell."""

    done: int = 0
    total: int | None = None
    rate: float | None = None
    left: float | None = None
    elapsed: float | None = None
    errors: dict[str, int] = field(default_factory=dict)
    cost: float = 0.0
    targets: list[TargetProgress] = field(default_factory=list)

    @property
    def error_count(self) -> int:
        return sum(self.errors.values())


def complete() -> QuerySet[Run]:
    """Runs with all that a result page reads, in a constant number of queries."""
    return Run.objects.select_related(
        "evaluation__engagement__client", "evaluation__dataset__source", "site", "snapshot", "started_by"
    ).prefetch_related(
        Prefetch("targets", RunTarget.objects.prefetch_related(Prefetch("metrics", Metric.objects.all()))),
        Prefetch("judgements", Judgement.objects.select_related("binding__criterion", "measurement")),
    )


def listed() -> QuerySet[Run]:
    """Runs with what a line of a list shows, newest first; `note_count` says how many notes there are."""
    notes = RunNote.objects.filter(run=OuterRef("pk")).order_by().values("run")
    return (
        Run.objects.select_related("evaluation__engagement__client", "site", "started_by")
        .annotate(note_count=Coalesce(Subquery(notes.annotate(number=Count("pk")).values("number")), 0))
        .order_by("-created_at", "-pk")
    )


def notes(run: Run) -> QuerySet[RunNote]:
    """The notes on a run, oldest first."""
    return RunNote.objects.filter(run=run).select_related("by").order_by("created_at", "pk")


def progress(run: Run) -> Progress:
    """Counters, rate and time left of a run, out of its targets and the jobs in hand."""
    in_hand: dict[int, list[Counts]] = {}
    if run.is_open:
        running = Job.objects.filter(plan_id=run.pk, operation="chunk", state=Job.State.RUNNING)
        for position, counts in running.values_list("target", "counts"):
            in_hand.setdefault(position, []).append(Counts.model_validate(counts))
    found = Progress()
    for target in run.targets.all():
        moving = in_hand.get(target.position, [])
        errors = Counter(target.errors)
        for counts in moving:
            errors.update(counts.errors)
        found.targets.append(
            TargetProgress(
                target=target,
                done=target.done + sum(counts.done for counts in moving),
                errors=dict(errors),
                cost=target.cost + sum(counts.cost for counts in moving),
                cached=target.cached + sum(counts.cached for counts in moving),
            )
        )
    found.done = sum(item.done for item in found.targets)
    found.cost = sum(item.cost for item in found.targets)
    found.errors = dict(sum((Counter(item.errors) for item in found.targets), Counter[str]()))
    if run.rows is not None:
        found.total = run.rows * len(found.targets)
    _timing(run, found)
    return found


def _timing(run: Run, found: Progress) -> None:
    if run.started_at:
        end = run.finished_at.timestamp() if run.finished_at else time.time()
        found.elapsed = end - run.started_at.timestamp()
    if run.is_open:
        found.rate = pace.recent(run.marks)
        found.left = pace.left(found.rate, found.done, found.total)
    elif found.elapsed:
        found.rate = found.done / found.elapsed


def as_json(run: Run) -> dict[str, Any]:
    """The result of a run as one object: what `run_pilot --json` prints."""
    return {
        "run": str(run.pk),
        "status": run.state,
        "verdict": run.verdict,
        "partial": run.partial or None,
        "reason": run.reason or None,
        "reason_facts": run.reason_facts,
        "targets": [_target_json(target) for target in run.targets.all()],
        "criteria": [
            {
                "target": judgement.binding.target,
                "metric": judgement.metric,
                "threshold": judgement.threshold,
                "verdict": judgement.verdict,
                "more_samples": judgement.more_samples,
            }
            for judgement in run.judgements.all()
        ],
    }


def _target_json(target: RunTarget) -> dict[str, Any]:
    metrics: dict[str, Any] = {}
    for metric in target.metrics.all():
        numbers = {"value": metric.value, "low": metric.low, "high": metric.high, "n": metric.n}
        if metric.suppressed:
            numbers["suppressed"] = True
        if metric.slice:
            metrics.setdefault(metric.name, {}).setdefault("slices", {})[metric.slice] = numbers
        else:
            known = metrics.setdefault(metric.name, {}).pop("slices", {})
            metrics[metric.name] = {**numbers, "slices": known}
    return {
        "name": target.name,
        "samples": target.done,
        "errors": target.errors,
        "answers": target.answers,
        "metrics": metrics,
        "cost": target.cost if target.kind in CALLED else None,
        "tokens": {"input": target.input_tokens, "output": target.output_tokens},
        "cached": target.cached,
    }
