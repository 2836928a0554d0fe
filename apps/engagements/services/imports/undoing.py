"""Undoing an import within a day: its items are removed as any item is, and can be brought back one by one. What
somebody has worked on since stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.services import record
from apps.core.copying import copy_rows
from apps.core.errors import Refused
from apps.core.locks import hold, hold_if_free
from apps.core.waking import wake

from ...models import Import, Item
from ...models.kinds import MODELS
from ...rules.endings import CLOSED_WORDS
from .aftermath import tell_afterwards
from .drafts import hold_open
from .looking import MANY, PERFORM
from .writing import AT_ONCE, id_of

WITHIN = timedelta(days=1)
_HUNG = ("comments", "attachments", "links_in", "links_out", "approvals", "action__checklist")


def may_undo(pending: Import) -> bool:
    """Whether an import can still be undone."""
    return (
        pending.taken_at is not None
        and timezone.now() - pending.taken_at < WITHIN
        and not {"undone", "doing"} & pending.counts.keys()
        and pending.engagement.is_open
    )


@transaction.atomic
def undo(*, by: User, pending: Import) -> Import:
    """Remove what an import has written, apart from what was changed, commented on, linked or given a file since; of a
    large one a worker does that. Raises Refused after a day, on a closed engagement, and a second time."""
    hold("engagements.import", str(pending.pk))
    found = Import.objects.select_related("engagement__client", "by").get(pk=pending.pk, by=by)
    if not found.engagement.is_open:
        raise Refused("closed", CLOSED_WORDS)
    if not may_undo(found):
        raise Refused("undo_over", "This import can no longer be undone; remove its items one by one.")
    if found.counts["written"] <= MANY:
        return _undo(found)
    found.counts = {**found.counts, "doing": "undo"}
    found.save(update_fields=["counts"])
    wake(PERFORM)
    return found


@transaction.atomic
def undo_asked(pending: Import) -> bool:
    """Do what `undo` has left to a worker; whether there was something to do."""
    if not hold_if_free("engagements.import", str(pending.pk)):
        return False
    found = Import.objects.select_related("engagement__client", "by").get(pk=pending.pk)
    if found.counts.get("doing") != "undo":
        return False
    _undo(found)
    return True


def _undo(found: Import) -> Import:
    """Within a transaction, with the import held."""
    hold_open(found, "nothing was removed")
    by = found.by
    removed = 0
    kinds: dict[tuple[str, str], UUID] = {}
    for first in range(1, found.counts["last"] + 1, AT_ONCE):
        ids = [id_of(found, number) for number in range(first, first + AT_ONCE)]
        gone = _remove(by, found, ids)
        removed += len(gone)
        for pk, kind in gone:
            kinds.setdefault((kind, ""), pk)
    left = found.counts["written"] - removed
    found.counts = {**found.counts, "undone": removed, "left": left}
    for name in ("doing", "trouble"):
        found.counts.pop(name, None)
    found.save(update_fields=["counts"])
    facts = {"file": found.name, "removed": removed, "left": left}
    record(by=by, verb="import undone", subject=found, engagement=found.engagement, **facts)
    tell_afterwards(kinds.items(), "removed")
    return found


def _remove(by: User, pending: Import, ids: list[UUID]) -> list[tuple[UUID, str]]:
    """Remove those of these items that nobody has touched; returns which."""
    untouched = Item.objects.filter(pk__in=ids, version=1, removed_at=None)
    # Held before anything is looked for: whoever is hanging something on one of them finishes first, and counts.
    held = [one.pk for one in untouched.only("pk").order_by("pk").select_for_update()]
    untouched = Item.objects.filter(pk__in=held, **{f"{name}__isnull": True for name in _HUNG})
    found = list(untouched.order_by("pk").values_list("pk", "kind"))
    now = timezone.now()
    changed = Item.objects.filter(pk__in=[pk for pk, _ in found])
    changed.update(removed_at=now, removed_by=by, version=F("version") + 1)
    copy_rows(Event, (_event(by, pending, pk, kind, now) for pk, kind in found))
    return found


def _event(by: User, pending: Import, pk: UUID, kind: str, now: Any) -> dict[str, Any]:
    """As `items.remove` would have written it."""
    model = MODELS[kind]
    return {
        "at": now,
        "actor_id": by.pk,
        "verb": "removed",
        "app": model._meta.app_label,
        "subject_type": model._meta.model_name,
        "subject_id": pk,
        "engagement_id": pending.engagement_id,
        "data": {
            "before": {"removed_at": None, "removed_by": None},
            "after": {"removed_at": now, "removed_by": by.pk},
            "import": str(pending.pk),
        },
    }
