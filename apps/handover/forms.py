from django import forms

from apps.core.forms import LineField


class PackForm(forms.Form):
    """A pack, and another name for its engagement."""

    file = forms.FileField(
        label="Handover pack", help_text="The ZIP file that another Fieldwork has made, up to 512 MB."
    )
    name = LineField(
        label="Another name for the engagement",
        max_length=120,
        required=False,
        help_text="Only when the client has an engagement of that name here already.",
    )
