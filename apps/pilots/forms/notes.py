"""What people type about runs."""

from django import forms

from apps.core.forms import EditForm

from ..services.notes import LONGEST, LONGEST_LABEL


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "What should somebody know about this run?"}),
    )


class NoteEditForm(EditForm):
    text = forms.CharField(label="Note", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))


class LabelForm(forms.Form):
    label = forms.CharField(
        label="Label",
        max_length=LONGEST_LABEL,
        required=False,
        help_text="A few words by which lists show this run, such as “baseline of May”. Empty takes it away.",
    )
