"""The only writers of datasets and snapshots."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import one_line
from apps.core.versions import keep, lock_at
from apps.dataplane.contract import messages, plan
from apps.dispatch.models import Site
from apps.engagements.models import Engagement
from apps.engagements.services.gates import recheck

from ..models import NAME, Dataset, Snapshot, Source
from ..rules import roles as rules
from .sources import ensure_source


@transaction.atomic
def ensure_dataset(*, by: User | None, engagement: Engagement, dataset: plan.Dataset) -> Dataset:
    """The engagement's dataset of that source and those roles, made if absent. Raises Refused for a source at a place
    that is another client's."""
    source, _ = ensure_source(by=by, engagement=engagement, source=dataset.source)
    known, created = Dataset.objects.get_or_create(
        source=source, roles=rules.roles_of(dataset), defaults={"name": source.name}
    )
    if created:
        record(by=by, verb="added", subject=known, engagement=engagement)
    return known


@transaction.atomic
def add_dataset(*, by: User | None, source: Source, dataset: plan.Dataset, name: str) -> Dataset:
    """A new dataset over a source; the same one added twice is one. Raises Refused for roles that are none, and for
    a dataset that the source has under another name."""
    name = _fit(dataset, name)
    known, created = Dataset.objects.get_or_create(
        source=source, roles=rules.roles_of(dataset), defaults={"name": name}
    )
    if not created and known.name != name:
        raise _known_as(known)
    if created:
        record(by=by, verb="added", subject=known, engagement=source.engagement)
    return known


@transaction.atomic
def change_dataset(
    *, by: User | None, row: Dataset, dataset: plan.Dataset, name: str, version: int | None = None
) -> None:
    """Another name, or, as long as no evaluation uses it, other roles, filter or sample. Raises Refused as
    `add_dataset` does, when it is frozen, and for a `version` that has passed."""
    name, roles = _fit(dataset, name), rules.roles_of(dataset)
    locked, changed = lock_at(row, version, name=name, roles=roles)
    if not changed:
        return
    if "roles" in changed:
        if locked.evaluations.exists():
            message = (
                "An evaluation uses this dataset, so that its rows and columns stay. Make a new one instead."
            )
            raise Refused("frozen", message)
        if known := Dataset.objects.filter(source=locked.source, roles=roles).first():
            raise _known_as(known)
    keep(locked, changed)
    engagement = locked.source.engagement
    record(by=by, verb="changed", subject=locked, engagement=engagement, fields=sorted(changed))


@transaction.atomic
def remove_dataset(*, by: User | None, dataset: Dataset) -> None:
    """Forget a dataset. Raises Refused while an evaluation uses it."""
    locked = Dataset.objects.select_for_update().filter(pk=dataset.pk).first()
    if locked is None:
        return
    if locked.evaluations.exists():
        raise Refused("frozen", "An evaluation uses this dataset, so that it stays.")
    record(by=by, verb="removed", subject=locked, engagement=locked.source.engagement)
    locked.delete()


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
        recheck(engagement)
    return snapshot


def _fit(dataset: plan.Dataset, name: str) -> str:
    problem = rules.problem_of_roles(dataset)
    if problem:
        raise Refused("roles_unfit", problem, field="mode")
    for condition in dataset.filter:
        if problem := rules.problem_of_condition(condition):
            raise Refused("condition_unfit", f"{condition.column}: {problem}")
    return one_line(name, limit=NAME, field="name")


def _known_as(known: Dataset) -> Refused:
    message = f"This source has a dataset of these roles, filter and sample already: {known}."
    return Refused("dataset_known", message)
