"""Forms translate; services decide."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from .errors import Refused
from .models import Versioned
from .text import one_line
from .versions import STALE

LOST = 0  # a version that no row has


@contextmanager
def refusals_into(form: forms.Form) -> Iterator[None]:
    """Show a service's refusal at the field that it names, or above the form. Ask `form.errors`
    afterwards."""
    try:
        yield
    except Refused as error:
        if isinstance(form, EditForm) and error.code == STALE:
            form.catch_up(error.message)
        else:
            form.add_error(error.field if error.field in form.fields else None, error.message)


class LineField(forms.CharField):
    """Text that is kept on one line, by the rules of `core.text.one_line`."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.limit = max_length

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        if not text:
            return text
        try:
            return one_line(text, limit=self.limit, field="")
        except Refused as error:
            raise ValidationError(error.message, code=error.code) from None


class EditForm(forms.Form):
    """Changes a row that others may change too. `row` is the row as it stands; its fields of the same names
    are shown.

        form = RenameForm(request.POST or None, row=client)
        if form.is_valid():
            with refusals_into(form):
                services.rename_client(by=request.user, client=client, **form.cleaned_data)

    A hidden field carries the version that the person has looked at; the service gets it as `version` and
    asks `core.versions.lock_at`. After a change by somebody else what was typed stays, with a message that
    says what is kept now, and the next sending overwrites it knowingly.
    """

    version = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, row: Versioned, **kwargs: Any) -> None:
        self.row = row
        shown = {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}
        super().__init__(data, initial={**shown, **kwargs.pop("initial", {})}, **kwargs)

    def clean_version(self) -> int:
        """The version looked at; LOST for what is no version."""
        text = str(self.cleaned_data["version"] or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else LOST

    def catch_up(self, message: str) -> None:
        """Say what is kept now beside what was typed, and take the row's present version as looked at."""
        self.row.refresh_from_db()
        for name, field in self.fields.items():
            now = getattr(self.row, name, None)
            if name != "version" and now is not None and self.cleaned_data.get(name) != now:
                choices = dict(getattr(field, "choices", ()))
                self.add_error(name, f"Meanwhile this became “{choices.get(now, now)}”.")
        self.add_error(None, message)
        typed = cast(QueryDict, self.data).copy()
        typed[self.add_prefix("version")] = str(self.row.version)
        self.data = typed
