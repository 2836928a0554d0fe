"""What people type about clients and engagements."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from apps.core.forms import EditForm, LineField

from ..models import Engagement
from ..rules import budgets
from ..rules.grammar_hours import written
from .gates import DateInput

NAME = 120  # characters


class ClientForm(forms.Form):
    name = LineField(max_length=NAME, help_text="The company, as it calls itself.")


class ClientEditForm(EditForm):
    name = LineField(max_length=NAME)


class EngagementEditForm(EditForm):
    name = LineField(max_length=NAME, help_text="What the work is about, such as “support triage”.")
    starts_on = forms.DateField(
        label="Begins on",
        widget=DateInput,
        help_text="From here a template counts. What it has planned already keeps its dates.",
    )
    budget_minutes = forms.CharField(
        label="Budget of hours",
        required=False,
        max_length=40,
        help_text="Such as 120h, or 15d for 15 days of 8 hours. The client never sees it.",
    )

    def kept(self) -> dict[str, Any]:
        """As one would type it."""
        return {**super().kept(), "budget_minutes": written(cast(Engagement, self.row).budget_minutes)}

    def clean_budget_minutes(self) -> int | None:
        """Minutes of work; None for no budget."""
        if not (said := self.cleaned_data["budget_minutes"]):
            return None
        try:
            return budgets.minutes_of(said)
        except budgets.NoBudget as error:
            raise ValidationError(str(error)) from None
