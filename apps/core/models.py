import uuid

from django.db import models
from django.utils import timezone


class Base(models.Model):
    """A row that can be spoken of from outside: a random id, and when it came to be."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
