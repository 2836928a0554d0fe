"""Rows to the tables, by COPY. What is written has an id that follows from its import and its row, so that the same
row of the same import cannot stand there twice."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, models
from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.through import present
from apps.core.copying import copy_rows

from ...models import Import, Item, LogEntry, Raid
from ...models.kinds import MODELS
from ...rules.imports.rows import Row
from ...rules.items import is_open
from .looking import MANY

AT_ONCE = 5_000  # rows held in memory
_SHARED = (
    "title", "text", "state", "client_visible", "at", "owner", "due", "closed_at", "tags",
)  # fmt: skip
_OWN: dict[type[Item], tuple[str, ...]] = {
    LogEntry: ("entry_kind", "minutes"),
    Raid: ("severity", "likelihood", "response"),
}


def id_of(pending: Import, number: int) -> UUID:
    """Of what that row of the file becomes."""
    return uuid5(pending.pk, str(number))


class Writer:
    """Takes rows, and writes them in batches. written: how many; last: the number of the last row; owners: {person:
    how many open ones are theirs now}; first: {person: the id of one}; kinds: {(kind, entry kind): the id of one}."""

    def __init__(self, pending: Import) -> None:
        self.pending, self.now = pending, timezone.now()
        self.written = self.last = 0
        self.owners: Counter[User] = Counter()
        self.first: dict[User, UUID] = {}
        self.kinds: dict[tuple[str, str], UUID] = {}
        self._rows: dict[type[models.Model], list[dict[str, Any]]] = {}
        of_kind = Item.objects.filter(engagement=pending.engagement_id).order_by().values_list("kind")
        self._last: Counter[str] = Counter(dict(of_kind.annotate(last=Max("number"))))

    def add(self, row: Row) -> None:
        """Write that row down, sooner or later."""
        pk, values, model = id_of(self.pending, row.number), row.values, MODELS[row.kind]
        self._last[row.kind] += 1
        shared = {name: values[name] for name in _SHARED if name in values}
        owner = shared.pop("owner", None)
        by = values.get("by") or self.pending.by
        shared |= {
            "id": pk,
            "created_at": self.now,
            "engagement_id": self.pending.engagement_id,
            "kind": row.kind,
            "number": self._last[row.kind],
            "owner_id": owner.pk if owner else None,
            "by_id": by.pk,
        }
        own = {name: values[name] for name in self._own(model)}
        self._put(Item, shared)
        self._put(model, {"item_ptr_id": pk, **own})
        self._put(Event, self._event(model, pk, {**shared, **own}))
        self.kinds.setdefault((row.kind, values.get("entry_kind", "")), pk)
        if owner and is_open(row.kind, values["state"]):
            self.owners[owner] += 1
            self.first.setdefault(owner, pk)
        self.written, self.last = self.written + 1, row.number
        if len(self._rows[Item]) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is held; items first, as the others point at them."""
        for model in sorted(self._rows, key=lambda model: model is not Item):
            copy_rows(model, self._rows[model])
        self._rows = {}

    def finish(self) -> None:
        """Write what is held; after many rows, let the database count them. It checks the keys of all rows when the
        transaction ends, perhaps by a plan from when the tables were small, which reads them whole for each row."""
        self.flush()
        if self.written > MANY:
            written: list[type[models.Model]] = [Item, Event, *(MODELS[kind] for kind, _ in self.kinds)]
            tables = sorted({model._meta.db_table for model in written})
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {', '.join(tables)}")

    def _own(self, model: type[Item]) -> tuple[str, ...]:
        return _OWN.get(
            model, tuple(field.name for field in model._meta.local_fields if field.name != "item_ptr")
        )

    def _put(self, model: type[models.Model], row: dict[str, Any]) -> None:
        self._rows.setdefault(model, []).append(row)

    def _event(self, model: type[Item], pk: UUID, after: dict[str, Any]) -> dict[str, Any]:
        said = {
            name: value
            for name, value in after.items()
            if name not in {"id", "created_at", "engagement_id", "kind"}
        }
        return {
            "at": self.now,
            "actor_id": self.pending.by_id,
            "verb": "written",
            "app": model._meta.app_label,
            "subject_type": model._meta.model_name,
            "subject_id": pk,
            "engagement_id": self.pending.engagement_id,
            "data": {"after": said, "import": str(self.pending.pk), "file": self.pending.name, **present()},
        }
