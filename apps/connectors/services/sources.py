"""The only writers of sources."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import one_line
from apps.core.versions import keep, lock_at
from apps.dataplane.contract import plan
from apps.engagements.models import Engagement

from ..models import NAME, Source
from ..rules.places import name_of, problems
from .folders import check_place

NOTHING_KNOWN: dict[str, Any] = {"columns": [], "read": {}, "checked_at": None, "trouble": "", "looked": None}


@transaction.atomic
def ensure_source(
    *, by: User | None, engagement: Engagement, source: plan.Source, name: str = ""
) -> tuple[Source, bool]:
    """The engagement's source at that address, made if absent, and whether it was made. Raises Refused for a new one
    at a place that is another client's."""
    address = source.model_dump(mode="json")
    if known := Source.objects.filter(engagement=engagement, address=address).first():
        return known, False  # whoever put it here was allowed to
    check_place(by=by, client=engagement.client, source=source)
    known, created = Source.objects.get_or_create(
        engagement=engagement,
        address=address,
        defaults={"kind": source.kind, "name": name or name_of(source)},
    )
    if created:
        record(by=by, verb="added", subject=known, engagement=engagement)
    return known, created


@transaction.atomic
def add_source(*, by: User | None, engagement: Engagement, source: plan.Source, name: str) -> Source:
    """A new source; the same one added twice is one. Raises Refused for an address that is none, a place that is
    another client's, and a source that the engagement has under another name."""
    name = _fit(source, name)
    known, created = ensure_source(by=by, engagement=engagement, source=source, name=name)
    if not created and known.name != name:
        raise _known_as(known, source)
    return known


@transaction.atomic
def change_source(
    *, by: User | None, row: Source, source: plan.Source, name: str, version: int | None = None
) -> None:
    """Another name, or, as long as no dataset rests on it, another address; what was known of the old one is then
    forgotten. Raises Refused as `add_source` does, when it is in use, and for a `version` that has passed."""
    name = _fit(source, name)
    address = source.model_dump(mode="json")
    locked, changed = lock_at(row, version, name=name, kind=source.kind, address=address)
    if not changed:
        return
    if "address" in changed:
        check_place(by=by, client=locked.engagement.client, source=source)
        if locked.datasets.exists():
            message = "Datasets rest on this source, so that its place stays. Make a new source instead."
            raise Refused("in_use", message, field=_field_of(source))
        known = Source.objects.filter(engagement=locked.engagement, address=address).first()
        if known:
            raise _known_as(known, source)
        for field, nothing in NOTHING_KNOWN.items():
            setattr(locked, field, nothing)
    keep(locked, {*changed, *(NOTHING_KNOWN if "address" in changed else ())})
    record(by=by, verb="changed", subject=locked, engagement=locked.engagement, fields=sorted(changed))


@transaction.atomic
def remove_source(*, by: User | None, source: Source) -> None:
    """Forget a source; the rows stay where they are. Raises Refused while a dataset rests on it."""
    locked = Source.objects.select_for_update().filter(pk=source.pk).first()
    if locked is None:
        return
    if locked.datasets.exists():
        raise Refused("in_use", "Datasets rest on this source; it can be removed when they are gone.")
    record(by=by, verb="removed", subject=locked, engagement=locked.engagement)
    locked.delete()


def _fit(source: plan.Source, name: str) -> str:
    for field, message in problems(source):
        raise Refused("address_unfit", message, field=field)
    return one_line(name, limit=NAME, field="name")


def _field_of(source: plan.Source) -> str:
    return "dsn" if isinstance(source, plan.PostgresSource) else "path"


def _known_as(known: Source, source: plan.Source) -> Refused:
    return Refused(
        "source_known", f"This engagement has this source already: {known}.", field=_field_of(source)
    )
