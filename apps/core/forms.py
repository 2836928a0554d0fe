"""Forms translate; services decide."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from .errors import Refused
from .lines import lines_of
from .merging import BOTH, TAKEN, Shown, in_words, merge, shown
from .models import Versioned
from .text import one_line
from .versions import STALE

LOST = 0  # a version that no row has
AnyField = TypeVar("AnyField", bound=forms.Field)


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


def needed(field: AnyField, when: str) -> AnyField:
    """The field, which may stay empty only sometimes. when: what its label says instead of "optional", such as "needed
    when measured"."""
    field.needed = when  # type: ignore[attr-defined]  # components/field.html reads it
    return field


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


class OnceField(forms.UUIDField):
    """An id that a form is given when it is shown: whatever is sent twice with it is made once. None for what is no
    id, as if it had not been sent."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, initial=uuid4)

    def clean(self, value: Any) -> UUID | None:
        try:
            found: UUID | None = super().clean(value)
        except ValidationError:
            return None
        return found


class EditForm(forms.Form):
    """Changes a row that others may change too. `row` is the row as it stands; its fields of the same names
    are shown.

        form = RenameForm(request.POST or None, row=client)
        if form.is_valid():
            with refusals_into(form):
                services.rename_client(by=request.user, client=client, **form.cleaned_data)

    A hidden field carries the version that the person has looked at; the service gets it as `version` and
    asks `core.versions.lock_at`. Beside each field a hidden one carries what it showed at first (Django's
    `show_hidden_initial`), which serves `catch_up` and nothing else: it is as little to be trusted as anything sent.
    """

    version = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, row: Versioned, **kwargs: Any) -> None:
        self.row = row
        given, kept = kwargs.pop("initial", {}), self.kept()
        super().__init__(data, initial={**kept, **given}, **kwargs)
        if not row._state.adding:
            self.fields.pop("once", None)  # of a form that makes something new, too
            for name in kept.keys() & self.fields.keys() - given.keys() - {"version"}:
                # a form that came without it must not go back as if what was typed had been shown at first
                self.fields[name].show_hidden_initial = not self.is_bound or self._says_first(name)

    def kept(self) -> dict[str, Any]:
        """Field → what the row keeps for it, as the field takes it. A form whose fields are not the row's own says
        here what they show."""
        return {name: getattr(self.row, name) for name in self.base_fields if hasattr(self.row, name)}

    def clean_version(self) -> int:
        """The version looked at; LOST for what is no version."""
        text = str(self.cleaned_data["version"] or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else LOST

    def catch_up(self, message: str) -> None:
        """Bring what was typed together with what is kept now, and take the row's present version as looked at.

        A field that the person left as it was takes what is kept now, and `told` of the bound field says so; one
        that only they changed stays; one that both changed stays too, with what is kept now beside it: of a text of
        several lines `theirs` and `lines` (components/field.html shows them). Whoever saves again knows every word
        that goes.
        """
        self.row.refresh_from_db()
        data = cast(QueryDict, self.data).copy()
        for name, now in self.kept().items():
            if name in self.fields and name != "version" and not self.fields[name].disabled:
                self._merge(data, self[name], now)
        self.add_error(None, message)
        data[self.add_prefix("version")] = str(self.row.version)
        self.data = data

    def _merge(self, data: QueryDict, bound: Any, now: Any) -> None:
        field, first = bound.field, bound.html_initial_name
        theirs, mine = shown(field, now), shown(field, bound.data)
        hidden = field.hidden_widget().value_from_datadict(data, {}, first)
        opened = shown(field, hidden) if self._says_first(bound.name) else None
        merged = merge(opened, theirs, mine)
        if merged.told == TAKEN and opened is not None:
            bound.told = _taken_over(field, opened, theirs)
            _put(data, bound.html_name, theirs)
        elif merged.told == BOTH:
            self._show_both(bound, theirs, mine)
        field.show_hidden_initial = True
        data.setlist(first, list(theirs) if isinstance(theirs, tuple) else [str(theirs)])

    def _says_first(self, name: str) -> bool:
        """Whether the form says what that field showed at first. Several choices of which none was made are sent as
        nothing at all."""
        several = isinstance(self.fields[name].widget, forms.SelectMultiple | forms.CheckboxSelectMultiple)
        asked = self.fields if several else [name]
        return any(self.add_initial_prefix(one) in self.data for one in asked)

    def _show_both(self, bound: Any, theirs: Shown, mine: Shown) -> None:
        if isinstance(bound.field.widget, forms.Textarea):
            bound.theirs, bound.lines = theirs, lines_of(str(theirs), str(mine))
            self.add_error(bound.name, "Meanwhile this became another text; both are shown here.")
            return
        became, typed = (in_words(bound.field, each) for each in (theirs, mine))
        verb = "typed" if isinstance(mine, str) and not hasattr(bound.field, "choices") else "chose"
        self.add_error(bound.name, f"Meanwhile this became {became}; you {verb} {typed}.")


def _taken_over(field: forms.Field, opened: Shown, theirs: Shown) -> str:
    if isinstance(field.widget, forms.Textarea):
        return "Somebody else has changed this text; theirs stands here now."
    return f"Somebody else has changed this from {in_words(field, opened)} to {in_words(field, theirs)}."


def _put(data: QueryDict, name: str, value: Shown) -> None:
    """As a browser would send it."""
    if value is False:
        data.pop(name, None)
    else:
        data.setlist(name, list(value) if isinstance(value, tuple) else ["on" if value is True else value])
