"""What comes back from sites: verified, fenced, and handed to the app that asked."""

import logging
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from apps.dataplane.contract import envelope
from apps.dataplane.contract.messages import (
    BrowseReport,
    ChunkReport,
    FailureReport,
    FreezeReport,
    Heartbeat,
    Operation,
    PreviewReport,
    RehearseReport,
    Report,
    TallyReport,
    TryReport,
)

from .. import bell, handlers
from ..models import Job, Site
from . import sites

logger = logging.getLogger(__name__)
_ANSWERS: dict[Operation, type] = {
    Operation.CHUNK: ChunkReport,
    Operation.FREEZE: FreezeReport,
    Operation.TALLY: TallyReport,
    Operation.BROWSE: BrowseReport,
    Operation.PREVIEW: PreviewReport,
    Operation.TRY: TryReport,
    Operation.REHEARSE: RehearseReport,
}


def accept(token: str) -> str:
    """Accept one signed report. Returns what became of it, as a code; a refused one changes nothing."""
    try:
        report, site = _verify(token)
    except envelope.EnvelopeError as error:
        logger.warning("report refused: %s", error.code)
        return error.code
    if isinstance(report.body, Heartbeat):
        sites.hear(site.pk, report.body)
        return "heard"
    outcome = _settle(report, site)
    if outcome != "accepted":
        logger.info("report not used: %s (job %s, attempt %s)", outcome, report.job, report.attempt)
    return outcome


def _verify(token: str) -> tuple[Report, Site]:
    issuer = envelope.issuer_of(token)
    try:
        site = Site.objects.get(pk=issuer, active=True)
    except (Site.DoesNotExist, ValidationError, ValueError):
        raise envelope.EnvelopeError("envelope_issuer") from None
    if not site.public_key:
        raise envelope.EnvelopeError("envelope_issuer")
    return envelope.open_report(token, key=envelope.load_key(site.public_key), issuer=issuer), site


@transaction.atomic
def _settle(report: Report, site: Site) -> str:
    try:
        job = Job.objects.select_for_update(of=("self",)).select_related("plan").get(pk=UUID(report.job))
    except (Job.DoesNotExist, ValueError):
        return "unknown_job"
    if job.plan.site_id != site.pk:
        return "foreign_job"
    if report.digest != job.plan.digest:
        return "other_plan"
    if job.state not in Job.OPEN:
        return "already_settled"
    if report.attempt != job.attempt:
        return "stale_attempt"
    body = report.body
    failed = isinstance(body, FailureReport)
    if not failed and not isinstance(body, _ANSWERS.get(Operation(job.operation), ())):
        return "other_operation"
    if isinstance(body, ChunkReport):
        if (body.slot.target, body.slot.start, body.slot.stop) != (job.target, job.start, job.stop):
            return "other_slot"
        job.counts = body.counts.model_dump(mode="json")
    job.state = Job.State.FAILED if failed else Job.State.DONE
    job.failure = body.model_dump(mode="json") if isinstance(body, FailureReport) else None
    job.finished_at, job.deadline = timezone.now(), None
    job.save(update_fields=["state", "failure", "counts", "finished_at", "deadline"])
    handlers.handle(job, body)
    bell.wake()
    return "accepted"
