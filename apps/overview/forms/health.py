from datetime import timedelta

from django import forms
from django.utils import timezone

from ..services.health import LONGEST, REASON


class HealthForm(forms.Form):
    """What a manager says instead of the evidence."""

    colour = forms.ChoiceField(
        label="Health",
        choices=[("red", "Red"), ("amber", "Amber"), ("green", "Green")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands beside the colour wherever it is shown.",
    )
    until = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=f"The last day on which it counts, at most {LONGEST} days from now.",
        initial=lambda: timezone.localdate() + timedelta(days=7),
    )
