import uuid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One thing that somebody (or, without an actor, Fieldwork itself) has done. A trigger refuses any
    change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="events")
    verb = models.CharField(max_length=60)
    app = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    # ids, not keys: events outlive what they speak of, and `engagements` stands to the right of this app
    engagement_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [
            models.Index(fields=["engagement_id", "-at"], name="event_of_engagement"),
            models.Index(fields=["subject_id", "-at"], name="event_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.app}.{self.subject_type}"

    @property
    def who(self) -> str:
        """Whoever did it, and the token through which; Fieldwork for neither."""
        via = self.data.get("via", "")
        person = getattr(self.actor, "name", "")
        return f"{person} via {via}" if person and via else person or via or "Fieldwork"

    @property
    def subject_name(self) -> str:
        """The noun that was acted on, such as "success criterion"."""
        try:
            return str(apps.get_model(self.app, self.subject_type)._meta.verbose_name)
        except LookupError:  # the event outlives the model
            return self.subject_type

    @property
    def details(self) -> str:
        """The event's data as words; ids say nothing to a person and are left out."""
        data = dict(self.data)
        before, after = data.pop("before", None), data.pop("after", None)
        data.pop("via", None)  # said by `who`
        if isinstance(after, dict):
            data = {**_changes(before or {}, after), **data}
        elif after is not None:
            data["change"] = f"{before} → {after}"
        return ", ".join(f"{name}: {value}" for name, value in data.items() if not _is_id(value))


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Fields of which something is left to say once ids and empty values are left out."""
    fields = {name: (before.get(name), value) for name, value in after.items() if not _is_id(value)}
    said = {name: (old, new) for name, (old, new) in fields.items() if old or new}
    return {name: f"{old} → {new}" if name in before else f"{new}" for name, (old, new) in said.items()}


def _is_id(value: Any) -> bool:
    try:
        uuid.UUID(value)
    except (TypeError, ValueError, AttributeError):
        return False
    return True
