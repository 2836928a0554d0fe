"""A form that was filled in while somebody else changed the row: what was shown first, what is kept now and what
was typed, brought together field by field."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import flatten_choices

Shown = str | bool | tuple[str, ...]
TAKEN, BOTH = "taken", "both"


@dataclass(frozen=True, slots=True)
class Merged:
    """value: what stands in the box now. told: TAKEN when it is theirs and I had not touched it, BOTH when it is mine
    and they have changed it too, else empty."""

    value: Shown
    told: str = ""


def merge(opened: Shown | None, theirs: Shown, mine: Shown) -> Merged:
    """Of one field. opened: what it showed at first; None when nobody knows, so that whatever differs counts as
    changed by both."""
    if mine == theirs:
        return Merged(mine)
    if mine == opened:
        return Merged(theirs, TAKEN)
    return Merged(mine, "" if theirs == opened else BOTH)


def shown(field: forms.Field, value: Any) -> Shown:
    """A value, kept or sent, as it stands in the field's box, so that two that look alike are alike: a time without
    the seconds that its box leaves out, 1 for 1.0, people by their ids."""
    if isinstance(value, str) and not isinstance(field, forms.ModelChoiceField):
        with suppress(ValidationError):  # what the field cannot read is compared as it was typed
            value = field.to_python(value)
    if isinstance(field, forms.BooleanField):
        return bool(value)
    text = field.widget.format_value(field.prepare_value(value))
    if not isinstance(text, list | tuple):
        return _plain(text)
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return tuple(sorted(_plain(each) for each in text))
    return _plain(text[0] if text else "")


def in_words(field: forms.Field, value: Shown) -> str:
    """As a person would say it: Yes or No, the labels of choices, “…” around what was typed."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    chosen = (value,) if isinstance(value, str) else value
    choices: Any = flatten_choices(getattr(field, "choices", ()))
    labels = {str(key): str(label) for key, label in choices}
    unknown = "what cannot be chosen any more"
    said = ", ".join(labels.get(each, unknown if labels else each) for each in chosen if each)
    return f"“{said}”" if said else "nothing"


def _plain(text: Any) -> str:
    return "" if text is None else str(text).replace("\r\n", "\n").replace("\r", "\n").strip()
