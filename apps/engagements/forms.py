"""What people type about engagements."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.accounts.selectors import active_people

from .models import MemberRole, Stage


class EngagementForm(forms.Form):
    client = forms.CharField(
        max_length=120, widget=forms.TextInput(attrs={"list": "clients", "autocomplete": "off"})
    )
    name = forms.CharField(max_length=120, help_text="What the work is about, such as “support triage”.")


class StageForm(forms.Form):
    stage = forms.ChoiceField(choices=Stage)


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(queryset=User.objects.none(), label="Person", empty_label="Choose a person")
    role = forms.ChoiceField(choices=MemberRole, initial=MemberRole.ENGINEER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = active_people()  # type: ignore[attr-defined]
