"""What people type when they change a log entry."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core.forms import EditForm

from ..models import EntryKind, LogEntry
from ..rules.grammar import TEXT
from ..rules.grammar_decisions import chosen_of, rejected_lines, rejected_of
from ..rules.grammar_hours import minutes_of, written
from ..rules.tags import tags_in

_FIRST_YEAR = 2000
_WHEN = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A time in the reader's zone, to the minute. What it showed comes back as it is kept: with its seconds, and in
    the hour that clocks show twice, too."""

    kept: datetime | None = None

    def clean(self, value: Any) -> datetime | None:
        if self.kept and value == self.widget.format_value(self.prepare_value(self.kept)):
            return self.kept
        found: datetime | None = super().clean(value)
        return found


class EntryForm(EditForm):
    text = forms.CharField(
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Markdown. Its first line is the title; @somebody and R-4 become links.",
    )
    entry_kind = forms.ChoiceField(label="Kind", choices=EntryKind)
    at = MomentField(label="When", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN))
    minutes = forms.CharField(
        label="Work", required=False, max_length=20, help_text="Such as 2h, 90m or 1h30m."
    )
    tags = forms.CharField(required=False, max_length=500, help_text="Apart by commas or spaces.")
    reason = forms.CharField(
        required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}), help_text="Of a decision."
    )
    rejected = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Of a decision: a line for each alternative, “live database because too slow”.",
    )
    client_visible = forms.BooleanField(label="Visible to the client", required=False)

    def __init__(self, data: Any = None, *, row: LogEntry) -> None:
        super().__init__(data, row=row)
        cast(MomentField, self.fields["at"]).kept = row.at

    def kept(self) -> dict[str, Any]:
        """As one would type it."""
        return {**super().kept(), **_shown(cast(LogEntry, self.row))}

    def clean_at(self) -> datetime:
        """When it happened."""
        at = cast(datetime, self.cleaned_data["at"])
        if at == cast(LogEntry, self.row).at:
            return at
        if at.year < _FIRST_YEAR:
            raise ValidationError(f"This is before {_FIRST_YEAR}.")
        if at > timezone.now():
            raise ValidationError("This is still to come; the log says what has happened.")
        return at

    def clean_minutes(self) -> int | None:
        """Minutes of work."""
        return _taken(minutes_of, self.cleaned_data["minutes"]) if self.cleaned_data["minutes"] else None

    def clean_tags(self) -> list[str]:
        """The tags, each once."""
        return cast(list[str], _taken(tags_in, self.cleaned_data["tags"]))

    def clean_rejected(self) -> list[dict[str, str]]:
        """What was rejected, and why."""
        return cast(list[dict[str, str]], _taken(rejected_of, self.cleaned_data["rejected"]))


def _shown(row: LogEntry) -> dict[str, Any]:
    """What stands in the fields that do not show what is kept as it is."""
    return {
        "text": chosen_of(row.text, row.reason, row.rejected),
        "minutes": written(row.minutes),
        "tags": ", ".join(row.tags),
        "rejected": rejected_lines(row.rejected),
        "reason": row.reason,
        "entry_kind": row.entry_kind,
    }


def _taken(read: Any, text: str) -> Any:
    """What `read` makes of a text; its ValueError is for whoever typed it."""
    try:
        return read(text)
    except ValueError as error:
        raise ValidationError(str(error)) from None
