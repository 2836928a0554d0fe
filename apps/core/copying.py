"""Many rows at once, by COPY."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

# What of a field's values the driver writes as the database wants it; of everything else the field is asked, which
# takes several times as long.
_PLAIN: "Mapping[type[models.Field[Any, Any]], type]" = {
    models.CharField: str,
    models.TextField: str,
    models.BooleanField: bool,
    models.PositiveIntegerField: int,
    models.UUIDField: UUID,
    models.ForeignKey: UUID,
    models.OneToOneField: UUID,
    models.DateTimeField: datetime,
}


def copy_rows(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows of a model's own table; of a model that inherits, its parent's rows come first, by another call. Each
    row is {attribute of the column, such as "engagement_id": value}; what it leaves out is the field's default.
    Nothing of the model's is asked besides what the database itself refuses."""
    database = connections[DEFAULT_DB_ALIAS]
    fields = [column for column in model._meta.local_concrete_fields if not column.generated]
    columns = [(column, column.attname, _PLAIN.get(type(column))) for column in fields]
    names = ", ".join(f'"{column.column}"' for column in fields)
    with (
        database.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row([_value(*column, row, database) for column in columns])


def _value(
    column: "models.Field[Any, Any]",
    name: str,
    plain: type | None,
    row: Mapping[str, Any],
    database: BaseDatabaseWrapper,
) -> Any:
    value = row[name] if name in row else column.get_default()
    if value is None or (type(value) is plain and getattr(value, "tzinfo", True)):
        return value  # a time without a zone is for the field to complain about
    return column.get_db_prep_save(value, database)
