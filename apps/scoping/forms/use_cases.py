"""A new use case is two lines."""

from django import forms

from apps.core.forms import LineField, OnceField
from apps.engagements.models import TITLE

from .fields import text


class NewUseCaseForm(forms.Form):
    """Title and stated problem; everything else follows on its page."""

    title = LineField(
        max_length=TITLE,
        label="What it is called",
        help_text="Such as “Sort referral letters to departments”.",
    )
    stated_problem = text(
        "The problem as it was stated",
        rows=2,
        help_text="In the client's words; the real problem comes later.",
    )
    once = OnceField()
