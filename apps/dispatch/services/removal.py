"""Taking plans out of the ledger, with whatever was ordered of them."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.dataplane.contract.messages import Operation
from apps.engagements.models import Engagement

from ..models import Job, Plan


@transaction.atomic
def remove_plans(*, by: User | None, engagement: Engagement, plans: Iterable[UUID]) -> int:
    """Delete these plans (of runs or inquiries) and their jobs. Returns how many there were.

    A report that a site still sends of one finds no job and is dropped. Raises Refused while a job is open, because
    the site would go on with it; a cancellation that could not be sent is none.
    """
    known = Plan.objects.select_for_update().filter(run__in=list(plans)).order_by("run")
    ids = [plan.run for plan in known]
    if Job.objects.filter(plan__in=ids, state__in=Job.OPEN).exclude(operation=Operation.CANCEL).exists():
        raise Refused("jobs_open", "A site is still at work on this; cancel it first.")
    Plan.objects.filter(run__in=ids).delete()
    if ids:
        record(by=by, verb="plans removed", subject=engagement, engagement=engagement, number=len(ids))
    return len(ids)
