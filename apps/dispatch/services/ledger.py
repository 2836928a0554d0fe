"""The rows of the ledger: laid out, sent, asked for again, cancelled. Exactly-once results rest on `attempt`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.dataplane.contract import envelope, messages, plan
from apps.dataplane.contract.messages import Operation

from .. import bell, handlers, rules
from ..models import Job, Plan, Site


@transaction.atomic
def lay_out(*, site: Site, body: plan.Plan) -> Plan:
    """Freeze the plan of a run."""
    return Plan.objects.create(
        run=UUID(body.run), site=site, body=body.model_dump_json(), digest=body.digest()
    )


@transaction.atomic
def order(*, run: UUID, operation: Operation, expected: str = "") -> Job:
    """Queue one job of a run that is not a chunk."""
    job = Job.objects.create(plan_id=run, operation=operation, expected=expected)
    bell.wake()
    return job


@transaction.atomic
def order_chunks(*, run: UUID, slots: Iterable[messages.Slot]) -> None:
    """Queue the chunks of a run."""
    Job.objects.bulk_create(
        (
            Job(plan_id=run, operation=Operation.CHUNK, target=slot.target, start=slot.start, stop=slot.stop)
            for slot in slots
        ),
        batch_size=1000,
    )
    bell.wake()


@transaction.atomic
def reopen(*, run: UUID) -> int:
    """Queue again every chunk of a run that is not done. Returns how many are open now."""
    unfinished = Job.objects.filter(
        plan_id=run, operation=Operation.CHUNK, state__in=[Job.State.FAILED, Job.State.CANCELLED]
    )
    unfinished.update(
        state=Job.State.QUEUED, deadline=None, finished_at=None, failure=None, losses=0, counts={}
    )
    bell.wake()
    return Job.objects.filter(plan_id=run, operation=Operation.CHUNK, state__in=Job.OPEN).count()


def lock(*, run: UUID) -> list[Job]:
    """Lock the open jobs of a run until the transaction ends. Who also locks the run does this first: what comes back
    from sites locks a job before its run, and two orders of locking end in a deadlock."""
    ids = sorted(Job.objects.filter(plan_id=run, state__in=Job.OPEN).values_list("pk", flat=True))
    return list(Job.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


@transaction.atomic
def cancel(*, run: UUID) -> None:
    """Cancel what is open of a run and tell the site to stop what it has in hand."""
    locked = lock(run=run)
    at_site = any(job.state == Job.State.RUNNING for job in locked)
    _close(Job.objects.filter(pk__in=[job.pk for job in locked]))
    if at_site:
        order(run=run, operation=Operation.CANCEL)


@transaction.atomic
def withhold(*, run: UUID, target: int) -> None:
    """Send nothing more of one target. What the site has in hand of it ends by itself, and its rows still count."""
    queued = Job.objects.filter(plan_id=run, target=target, operation=Operation.CHUNK, state=Job.State.QUEUED)
    _close(queued)


def _close(jobs: QuerySet[Job]) -> None:
    jobs.update(state=Job.State.CANCELLED, finished_at=timezone.now(), deadline=None)


def leave_unfinished(job: Job) -> None:
    """An accepted chunk stopped short: its rows are kept, and a resumed run will execute it again."""
    job.state = Job.State.CANCELLED
    job.save(update_fields=["state"])


def ask_again(job: Job) -> None:
    """A running job got lost on the way: queue it again, or give it up when that happens time after time."""
    job.losses += 1
    if job.losses > rules.LOSSES:
        job.state, job.finished_at, job.deadline = Job.State.FAILED, timezone.now(), None
        job.failure = {"code": "site_error", "stage": job.operation}
        job.save(update_fields=["losses", "state", "finished_at", "deadline", "failure"])
        handlers.lost(job)
        return
    job.state, job.deadline = Job.State.QUEUED, None
    job.save(update_fields=["losses", "state", "deadline"])


@dataclass(frozen=True)
class Due:
    """A job that has just been claimed, with what its envelope needs."""

    job: Job
    site: Site


# Of every run and target, as many chunks as may be in flight; other jobs at once. Lost ones come back by `overdue`.
_DUE = """
WITH lanes AS (
    SELECT DISTINCT plan_id, target, operation FROM dispatch_job WHERE state = 'queued'
)
SELECT picked.id
FROM lanes
JOIN dispatch_plan plan ON plan.run = lanes.plan_id
JOIN dispatch_site site ON site.id = plan.site_id AND site.active AND site.heard_at > %(heard)s
CROSS JOIN LATERAL (
    SELECT count(*) AS flying FROM dispatch_job
    WHERE plan_id = lanes.plan_id AND target = lanes.target AND operation = lanes.operation AND state = 'running'
) AS air
CROSS JOIN LATERAL (
    SELECT id FROM dispatch_job
    WHERE plan_id = lanes.plan_id AND target = lanes.target AND operation = lanes.operation AND state = 'queued'
    ORDER BY start LIMIT greatest(%(flight)s - air.flying, 0)
) AS picked
"""


@transaction.atomic
def claim() -> list[Due]:
    """Take what is due; each becomes running, with the next attempt and a deadline. Safe beside other dispatchers."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"heard": now - rules.SILENT, "flight": rules.IN_FLIGHT})
        ids = [row[0] for row in cursor.fetchall()]
    jobs = (
        Job.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk__in=ids, state=Job.State.QUEUED)
        .select_related("plan__site")
        .order_by("start", "target", "pk")
    )
    due = []
    for job in jobs:
        job.state, job.attempt, job.boot = Job.State.RUNNING, job.attempt + 1, job.plan.site.boot
        job.sent_at, job.deadline = now, now + rules.ACKNOWLEDGE + timedelta(seconds=10)
        due.append(Due(job, job.plan.site))
    Job.objects.bulk_update([item.job for item in due], ["state", "attempt", "boot", "sent_at", "deadline"])
    return due


def send(due: Due) -> None:
    """Sign the order and ring at the site. Raises the broker's errors; the job then comes back when overdue."""
    job = due.job
    slot = None
    if job.operation == Operation.CHUNK:
        slot = messages.Slot(target=job.target, start=job.start, stop=job.stop)
    message = messages.Order(
        operation=Operation(job.operation),
        job=str(job.pk),
        attempt=job.attempt,
        run=str(job.plan.run),
        plan=plan.Plan.model_validate_json(job.plan.body),
        digest=job.plan.digest,
        slot=slot,
        expected=job.expected or None,
    )
    token = envelope.seal(message, key=bell.control_key(), issuer=envelope.CONTROL, audience=str(due.site.pk))
    bell.ring(str(due.site.pk), token)
    if (
        job.operation == Operation.CANCEL
    ):  # it needs no answer: what it stops is cancelled in the ledger already
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
            state=Job.State.DONE, finished_at=timezone.now(), deadline=None
        )


@transaction.atomic
def unsend(due: Iterable[Due]) -> None:
    """The broker could not be reached: the jobs are due again."""
    Job.objects.filter(pk__in=[item.job.pk for item in due], state=Job.State.RUNNING).update(
        state=Job.State.QUEUED, deadline=None
    )


@transaction.atomic
def overdue() -> int:
    """Ask again for running jobs past their deadline. Returns how many there were."""
    late = Job.objects.select_for_update(skip_locked=True).filter(
        state=Job.State.RUNNING, deadline__lt=timezone.now()
    )
    number = 0
    for job in late.order_by("pk"):
        ask_again(job)
        number += 1
    return number
