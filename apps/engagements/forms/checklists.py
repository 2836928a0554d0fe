"""What people type about checklists."""

from django import forms

from ..services.checklists import LINE, MOST


class LinesForm(forms.Form):
    """New lines, each on a line of its own."""

    text = forms.CharField(max_length=MOST * (LINE + 2), strip=True)


class LineForm(forms.Form):
    """Other words for a line."""

    text = forms.CharField(max_length=2 * LINE)
