import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from psycopg.types.json import Json


class Base(models.Model):
    """A row that can be spoken of from outside: a random id, and when it came to be."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Versioned(Base):
    """A row that several people may change; every change by a form makes the next version."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class ExactJSONField(models.JSONField):
    """JSON kept as it was written: jsonb orders keys, and gives a number such as 3.6e16 back as another one.

    Has no equality in SQL: not for DISTINCT, nor for a filter by the whole value.
    """

    def db_type(self, connection: Any) -> str:
        """PostgreSQL's `json`."""
        return "json"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As text of JSON; Django would send jsonb, and have it converted."""
        return value if value is None else Json(value)

    def from_db_value(self, value: Any, expression: object, connection: object) -> Any:
        """As psycopg has read it; of jsonb, Django does that itself."""
        return value
