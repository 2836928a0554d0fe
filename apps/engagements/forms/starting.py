"""What people type about an engagement that is to begin."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts.models import STAFF, User
from apps.core.forms import LineField, OnceField

from ..selectors.templates import Known, find
from ..services.starting import FAR
from .gates import DateInput
from .registers.fields import PersonField

NAME = 120  # characters


class TemplateField(forms.CharField):
    """A template by its key; none for an empty engagement."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=120, label="Template")

    def clean(self, value: Any) -> Known | None:
        key = str(super().clean(value) or "")
        if not key:
            return None
        found = find(key)
        if found is None:
            raise ValidationError("Somebody has removed this template meanwhile; choose another one.")
        return found


class EngagementForm(forms.Form):
    client = LineField(
        max_length=NAME, widget=forms.TextInput(attrs={"list": "clients", "autocomplete": "off"})
    )
    name = LineField(max_length=NAME, help_text="What the work is about, such as “support triage”.")
    starts_on = forms.DateField(
        label="Begins on",
        required=False,
        widget=DateInput,
        initial=timezone.localdate,
        help_text="From here the dates of a template count.",
    )
    lead = PersonField(
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody yet",
        help_text="Gets the actions that a template gives to the lead.",
    )
    template = TemplateField()
    once = OnceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(role__in=STAFF, is_active=True).order_by("name", "pk")
        cast(Any, self.fields["lead"]).queryset = people

    def clean_starts_on(self) -> date | None:
        """A day near enough for calendars."""
        day: date | None = self.cleaned_data["starts_on"]
        if day and abs((day - timezone.localdate()).days) > FAR:
            raise ValidationError("This is more than ten years away; choose a nearer day.")
        return day
