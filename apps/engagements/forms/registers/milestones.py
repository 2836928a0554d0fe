"""What people type about milestones."""

from typing import Any

from django import forms
from django.utils import timezone

from apps.core.forms import EditForm

from ...models import Milestone
from .fields import DayField, RegisterForm


class MilestoneForm(RegisterForm):
    """A new promise, or what an old one says: its date is moved by a form of its own."""

    field_order = ["title", "due", "owner", "text", "tags", "client_visible"]

    def __init__(self, data: Any = None, *, row: Milestone, **kwargs: Any) -> None:
        super().__init__(data, row=row, **kwargs)
        if self.is_new:
            self.fields["due"].required = True
            self.fields["due"].label = "Promised for"
        else:
            del self.fields["due"]


class MilestoneMoveForm(EditForm):
    """Another date for a promise."""

    due = DayField(label="New date")
    why = forms.CharField(
        label="Why",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stays in the history, beside the date promised first.",
    )


class MilestoneReachForm(EditForm):
    """The day on which a promise was kept."""

    reached_on = DayField(label="Reached on")

    def kept(self) -> dict[str, Any]:
        """Today, until it is reached."""
        kept = super().kept()
        return {**kept, "reached_on": kept["reached_on"] or timezone.localdate()}
