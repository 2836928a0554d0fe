"""One field of every kind, for the style page."""

from typing import Any

from django import forms

from apps.core.forms import LineField

FRUIT = [("apple", "Apple"), ("pear", "Pear"), ("quince", "Quince, cooked for a long time")]


class EveryKindForm(forms.Form):
    """Every kind of field that a form of Fieldwork uses. It is checked, and never kept."""

    line = LineField(
        label="One line", max_length=40, help_text="At most 40 characters; leave it to be checked."
    )
    email = forms.EmailField(label="E-mail", required=False)
    secret = forms.CharField(label="Password", required=False, widget=forms.PasswordInput)
    number = forms.IntegerField(label="Whole number", min_value=1, max_value=100, initial=42)
    share = forms.DecimalField(label="Share", min_value=0, max_value=1, required=False)
    day = forms.DateField(label="Day", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    one = forms.ChoiceField(label="One of a few", choices=FRUIT)
    radio = forms.ChoiceField(
        label="One, all in view", choices=FRUIT, widget=forms.RadioSelect, initial="pear"
    )
    several = forms.MultipleChoiceField(
        label="Several", choices=FRUIT, required=False, widget=forms.CheckboxSelectMultiple
    )
    tick = forms.BooleanField(
        label="Freeze the rows anew", required=False, help_text="Otherwise the same rows."
    )
    text = forms.CharField(
        label="Text", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    file = forms.FileField(label="File", required=False)
    off = forms.CharField(label="Disabled", disabled=True, required=False, initial="Not for you to change")

    @classmethod
    def wrong(cls) -> "EveryKindForm":
        """The form as it looks when nothing in it is right."""
        data: dict[str, Any] = {
            "line": "x" * 60,
            "email": "nobody",
            "number": "0",
            "one": "plum",
            "share": "2",
        }
        return cls({**data, "radio": ""}, auto_id="wrong_%s")
