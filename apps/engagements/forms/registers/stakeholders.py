"""What people type about stakeholders."""

from django import forms

from apps.core.forms import LineField

from ...models import TITLE, Level, Stance
from .fields import RegisterForm


class StakeholderForm(RegisterForm):
    title = LineField(label="Name", max_length=TITLE)
    position = LineField(max_length=120, required=False, help_text="Their role at the client.")
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    influence = forms.ChoiceField(choices=Level)
    stance = forms.ChoiceField(choices=Stance)
    sponsor = forms.BooleanField(required=False, label="Sponsors this work")
    due = client_visible = None  # type: ignore[assignment]  # neither has a meaning here
    field_order = ["title", "position", "email", "influence", "stance", "sponsor", "owner", "text", "tags"]
    wide = RegisterForm.wide | {"sponsor"}
