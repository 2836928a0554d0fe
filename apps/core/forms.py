"""Forms translate; services decide."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms

from .errors import Refused


@contextmanager
def refusals_into(form: forms.Form) -> Iterator[None]:
    """Show a service's refusal at the field that it names, or above the form. Ask `form.errors`
    afterwards."""
    try:
        yield
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
