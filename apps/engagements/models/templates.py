from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from apps.core.models import ExactJSONField, Versioned


class Template(Versioned):
    """How engagements of one sort begin: phases, exit criteria, milestones, actions and more, with dates that count
    from the day on which an engagement starts. `content` is what `rules.templates` reads and writes.

    Those that Fieldwork ships are files, not rows.
    """

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=400, blank=True)
    content = ExactJSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="template_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="template_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("templates:detail", args=[self.pk])
