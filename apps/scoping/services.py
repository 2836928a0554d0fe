"""The only writers of criteria and measurements."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.engagements.models import Engagement

from .models import Measurement, SuccessCriterion


@transaction.atomic
def ensure_criterion(
    *, by: User | None, engagement: Engagement, metric: str, direction: str, threshold: float, unit: str
) -> SuccessCriterion:
    """The engagement's criterion of that metric, direction and threshold, stated if it was not yet."""
    criterion, created = SuccessCriterion.objects.get_or_create(
        engagement=engagement,
        metric=metric,
        direction=direction,
        threshold=threshold,
        defaults={"unit": unit},
    )
    if created:
        record(by=by, verb="stated", subject=criterion, engagement=engagement)
    return criterion


@transaction.atomic
def measure(
    *,
    by: User | None,
    criterion: SuccessCriterion,
    value: float | None,
    low: float | None,
    high: float | None,
    n: int,
    source: str,
    source_id: UUID,
    subject: str,
    at: datetime,
) -> Measurement:
    """Write down what a source has measured. Raises IntegrityError when this source has measured it already."""
    measurement = Measurement.objects.create(
        criterion=criterion,
        value=value,
        low=low,
        high=high,
        n=n,
        source=source,
        source_id=source_id,
        subject=subject,
        measured_at=at,
    )
    record(by=by, verb="measured", subject=measurement, engagement=criterion.engagement)
    return measurement
