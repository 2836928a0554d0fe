"""The only writers of sources, datasets and snapshots."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.dataplane.contract import messages, plan
from apps.dispatch.models import Site
from apps.engagements.models import Engagement

from .models import Dataset, Snapshot, Source


@transaction.atomic
def ensure_dataset(*, by: User | None, engagement: Engagement, dataset: plan.Dataset) -> Dataset:
    """The engagement's dataset of that source and those roles, made if absent."""
    body = dataset.model_dump(mode="json")
    address = body.pop("source")
    source, created = Source.objects.get_or_create(
        engagement=engagement, address=address, defaults={"kind": dataset.source.kind}
    )
    if created:
        record(by=by, verb="added", subject=source, engagement=engagement)
    known, created = Dataset.objects.get_or_create(source=source, roles=body)
    if created:
        record(by=by, verb="added", subject=known, engagement=engagement)
    return known


@transaction.atomic
def keep_snapshot(*, by: User | None, dataset: Dataset, site: Site, extent: messages.Extent) -> Snapshot:
    """Write down what a site has frozen; the same extent frozen again is the same snapshot."""
    snapshot, created = Snapshot.objects.get_or_create(
        dataset=dataset,
        site=site,
        digest=extent.digest,
        defaults={
            "rows": extent.rows,
            "source_rows": extent.source_rows,
            "warnings": list(extent.warnings),
        },
    )
    if created:
        engagement = dataset.source.engagement
        record(by=by, verb="frozen", subject=snapshot, engagement=engagement, rows=extent.rows)
    return snapshot
