"""Counters of a run: settled chunks are added once, resumed ones counted again from the ledger."""

import time
from collections import Counter
from uuid import UUID

from django.db import transaction

from apps.dataplane.contract.messages import Counts, Operation
from apps.dispatch.models import Job

from ..models import Run, RunTarget

MARKS = 12  # moments kept to tell the present rate


def add(target: RunTarget, counts: Counts) -> None:
    """Add one settled chunk to its target's counters (not saved)."""
    target.done += counts.done
    target.errors = dict(Counter(target.errors) + Counter(counts.errors))
    target.answers = dict(Counter(target.answers) + Counter(counts.answers))
    target.input_tokens += counts.input_tokens
    target.output_tokens += counts.output_tokens
    target.cost += counts.cost
    target.cached += counts.cached


def recount(run: Run) -> None:
    """Set the counters to the sum over the chunks that are done, before others are executed again."""
    for target in run.targets.all():
        fresh = RunTarget(pk=target.pk, run=run, position=target.position, name=target.name, kind=target.kind)
        done = Job.objects.filter(
            plan_id=run.pk, operation=Operation.CHUNK, target=target.position, state=Job.State.DONE
        )
        for counts in done.values_list("counts", flat=True).iterator():
            add(fresh, Counts.model_validate(counts))
        fresh.save()


def mark(run: Run) -> None:
    """Remember how many samples are done at this moment (not saved)."""
    done = sum(target.done for target in run.targets.all()) + in_hand(run.pk)
    run.marks = [*run.marks[-(MARKS - 1) :], [time.time(), done]]


def in_hand(run: UUID) -> int:
    """Samples done within chunks that a site still has in hand."""
    running = Job.objects.filter(plan_id=run, operation=Operation.CHUNK, state=Job.State.RUNNING)
    return sum(counts.get("done", 0) for counts in running.values_list("counts", flat=True))


@transaction.atomic
def note_progress(runs: set[UUID]) -> None:
    """Work in hand has moved: remember the moment for each run."""
    open_runs = Run.objects.select_for_update().filter(pk__in=runs, state__in=Run.OPEN).order_by("pk")
    for run in open_runs:
        mark(run)
        run.save(update_fields=["marks"])
