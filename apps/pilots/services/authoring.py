"""From a pilot's spec to its evaluation: engagement, dataset and criteria come from the services that own them."""

from django.db import transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.audit.services import record
from apps.connectors.services import ensure_dataset
from apps.engagements.models import Engagement
from apps.engagements.services import ensure_client, ensure_engagement
from apps.scoping.services import ensure_criterion

from .. import spec
from ..models import Binding, Evaluation
from ..rules.metrics import unit_of


@transaction.atomic
def write_evaluation(*, by: User | None, name: str, pilot: spec.PilotSpec) -> Evaluation:
    """The evaluation that the spec describes: the latest version when nothing changed, else a new one."""
    client = ensure_client(by=by, name=pilot.client)
    engagement = ensure_engagement(by=by, client=client, name=pilot.engagement)
    Engagement.objects.select_for_update().get(pk=engagement.pk)
    data = spec.to_data(pilot)
    versions = Evaluation.objects.filter(engagement=engagement, name=name)
    latest = versions.order_by("version").last()
    if latest and latest.spec == data:
        return latest
    evaluation = Evaluation.objects.create(
        engagement=engagement,
        dataset=ensure_dataset(by=by, engagement=engagement, dataset=pilot.plan_dataset()),
        name=name,
        version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
        spec=data,
    )
    for position, stated in enumerate(pilot.criteria):
        criterion = ensure_criterion(
            by=by,
            engagement=engagement,
            metric=stated.metric,
            direction=stated.direction,
            threshold=stated.threshold,
            unit=unit_of(stated.metric),
        )
        Binding.objects.create(
            evaluation=evaluation, criterion=criterion, target=stated.target, position=position
        )
    record(by=by, verb="wrote", subject=evaluation, engagement=engagement)
    return evaluation
