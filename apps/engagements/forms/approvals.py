"""What people type when they ask for an approval, and when they answer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from apps.accounts.models import User

from ..models import Answer
from .gates import WORDS, DateInput


class AskForm(forms.Form):
    people = forms.MultipleChoiceField(label="Whom", widget=forms.CheckboxSelectMultiple)
    due = forms.DateField(required=False, widget=DateInput, label="By when")
    note = forms.CharField(
        max_length=WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands above what they are asked to approve.",
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        fields: dict[str, Any] = self.fields
        fields["people"].choices = [(pk, person.name) for pk, person in self._people.items()]

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        if due and due < timezone.localdate():
            raise forms.ValidationError(f"{due} has passed; choose today or later.")
        return due

    def chosen(self) -> list[User]:
        """The people whose names were ticked."""
        return [self._people[pk] for pk in self.cleaned_data["people"]]


class AnswerForm(forms.Form):
    words = forms.CharField(
        max_length=WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What you want to say",
        help_text="Needed when you decline, so that something can be done about it.",
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=Answer, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("answer") == Answer.DECLINED and not data.get("words") and "words" not in self.errors:
            self.add_error("words", "Say why, so that something can be done about it.")
        return data
