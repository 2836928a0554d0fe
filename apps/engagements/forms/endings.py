"""What people type when an engagement ends, or goes on."""

from django import forms

from ..models import TEXT, Ending
from ..services.endings import WORDS


class CloseForm(forms.Form):
    ending = forms.ChoiceField(
        choices=Ending.choices, widget=forms.RadioSelect, label="Why is the work over?"
    )
    words = forms.CharField(
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="In a sentence",
        help_text="What somebody should know who asks in a year. The team reads it, the client does not.",
    )
    learning = forms.CharField(
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="What did you learn?",
        help_text="Goes into the log as a learning, and counts among those across all clients.",
    )


class ReopenForm(forms.Form):
    words = forms.CharField(
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why does it go on?",
        help_text="Goes into the log; the client does not read it.",
    )
