"""The fields that several of these forms have."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core import numbers

from ..models import Basis
from ..rules import units

LARGEST = 1e12


def plain(value: Any) -> Any:
    """A number as a person would type it: 2400, not 2400.0."""
    return f"{value:.15g}" if isinstance(value, float) else value


class Figure(forms.FloatField):
    """A number as people type it (see `core.numbers`), shown as it was typed. percent: whether it may be one; the
    form's `clean` then asks `in_unit`."""

    def __init__(self, *, percent: bool = False, **kwargs: Any) -> None:
        self.percent = percent
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]  # FloatField is typed as whole
        if value in self.empty_values or not str(value).strip():
            return None
        found = _read(str(value))
        if found.percent and not self.percent:
            raise ValidationError("This is no share. Write the number without %.")
        return found if found.percent else float(found)

    def prepare_value(self, value: Any) -> Any:
        return plain(value)


class Whole(forms.IntegerField):
    """A whole number as people type it."""

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not str(value).strip():
            return None
        found = _read(str(value), whole=True)
        if found.percent:
            raise ValidationError("This counts something. Write the number without %.")
        return int(found)


def _read(text: str, *, whole: bool = False) -> numbers.Typed:
    try:
        return numbers.read(text, whole=whole)
    except numbers.NoNumber as error:
        raise ValidationError(str(error), code="invalid") from None


def in_unit(form: forms.Form, unit: str, *names: str) -> str:
    """Bring percentages in those fields into a unit, which is what it gives back: "share" where there was none."""
    kept = unit
    for name in names:
        value = form.cleaned_data.get(name)
        if isinstance(value, numbers.Typed):
            try:
                form.cleaned_data[name], kept = units.scaled(value, unit)
            except ValueError as error:
                form.add_error(name, str(error))
    return kept


def number(label: str, *, required: bool = False, percent: bool = False, **more: Any) -> Figure:
    """A figure, typed by a person."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return Figure(
        percent=percent,
        label=label,
        required=required,
        min_value=more.pop("least", -LARGEST),
        max_value=LARGEST,
        widget=widget,
        **more,
    )


def count(label: str, help_text: str = "") -> Whole:
    """How many something rests on; may be left out."""
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return Whole(
        label=label, required=False, min_value=1, max_value=2**31 - 1, widget=widget, help_text=help_text
    )


def text(
    label: str, *, rows: int = 3, required: bool = False, help_text: str = "", limit: int = 20_000
) -> Any:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def basis(label: str = "Rests on") -> forms.ChoiceField:
    """What a figure rests on."""
    return forms.ChoiceField(label=label, choices=Basis.choices, initial=Basis.ESTIMATED)


def day(label: str, *, help_text: str = "", required: bool = False) -> forms.DateField:
    """A date in nobody's time zone."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def today() -> str:
    """For the initial value of a day."""
    return timezone.localdate().isoformat()
