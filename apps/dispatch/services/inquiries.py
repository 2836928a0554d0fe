"""Questions to a site that are no run: what lies there, what it holds, whether an endpoint answers."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import INQUIRIES, Body, FailureReport, Operation
from apps.engagements.models import Engagement

from .. import handlers
from ..models import Inquiry, Job, Plan, Site
from . import ledger


@transaction.atomic
def ask(
    *, by: User | None, site: Site, operation: Operation, body: plan.Plan, engagement: Engagement | None
) -> Inquiry:
    """Put a question to the site; `body.run` is a fresh id, by which the answer is found. Raises ValueError."""
    if operation not in INQUIRIES:
        raise ValueError(f"{operation} is no inquiry")
    laid = ledger.lay_out(site=site, body=body)
    inquiry = Inquiry.objects.create(plan=laid, operation=operation, engagement=engagement, asked_by=by)
    ledger.order(run=laid.run, operation=operation)
    record(by=by, verb="asked", subject=inquiry, engagement=engagement, operation=str(operation))
    return inquiry


def settle(job: Job, body: Body) -> None:
    """Keep what the site said, and tell those who wait for it; called in the ledger's transaction."""
    failed = isinstance(body, FailureReport)
    told = body.model_dump(mode="json")
    kept = Inquiry.objects.filter(pk=job.plan_id, answered_at=None).update(
        answered_at=timezone.now(),
        answer=None if failed else told,
        failure=told if failed else None,
    )
    if kept:
        handlers.answered(Operation(job.operation), job.plan_id, body)


def give_up(job: Job) -> None:
    """The question got lost too often."""
    settle(job, FailureReport(code="site_error", stage=job.operation))


@transaction.atomic
def forget() -> int:
    """Delete inquiries that are older than a day, with their plans and jobs. Returns how many there were."""
    old = Plan.objects.filter(inquiry__asked_at__lt=timezone.now() - Inquiry.KEPT)
    return old.delete()[1].get("dispatch.Inquiry", 0)
