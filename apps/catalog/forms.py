"""What people type about endpoints. Nothing that may be a key is shown again."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django import forms

from apps.accounts.models import User
from apps.core.endpoints import Unfit
from apps.core.forms import EditForm, LineField
from apps.engagements.models import Client
from apps.engagements.selectors import SEE_ALL

from . import selectors
from .models import Endpoint, Kind, Place
from .rules.details import LENGTHS, Details, Secret, mistakes, parsed, sentence

Found = TypeVar("Found")
_FIELD_OF = {"params": "further", "headers": "header_lines"}  # where a detail is typed under another name
_CODE = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class EndpointForm(forms.Form):
    """A new endpoint. `details()` are what the services take."""

    name = LineField(
        max_length=LENGTHS["name"], help_text="What it is chosen by, such as “Llama 70B, on site”."
    )
    kind = forms.ChoiceField(label="API", choices=Kind)
    base_url = LineField(
        label="Address",
        max_length=LENGTHS["base_url"],
        help_text="As the site reaches it, without what follows /v1. Anthropic: https://api.anthropic.com",
        widget=forms.TextInput(attrs={**_CODE, "inputmode": "url", "placeholder": "https://host:8080/v1"}),
    )
    model = LineField(
        max_length=LENGTHS["model"],
        help_text="As the endpoint calls it.",
        widget=forms.TextInput(attrs=_CODE),
    )
    api_key = LineField(
        label="Key",
        required=False,
        max_length=LENGTHS["api_key"],
        help_text="A reference, never the key itself: secret:NAME, env:NAME or file:path at the site.",
        widget=forms.TextInput(attrs={**_CODE, "placeholder": "secret:llm-key"}),
    )
    place = forms.ChoiceField(label="Where it runs", choices=Place, initial=Place.VENDOR)
    place_words = LineField(
        label="In words",
        required=False,
        max_length=LENGTHS["place_words"],
        help_text="Region, provider, contract: what a security review at the client asks.",
    )
    price_input = forms.DecimalField(label="Input, USD per million tokens", required=False)
    price_output = forms.DecimalField(label="Output, USD per million tokens", required=False)
    temperature = forms.FloatField(required=False, min_value=0, max_value=2)
    max_tokens = forms.IntegerField(
        label="Most output tokens",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="256 if left empty.",
    )
    further = forms.CharField(
        label="Further parameters",
        required=False,
        max_length=10_000,
        help_text='As JSON, such as {"top_p": 0.9, "seed": 7}.',
        widget=forms.Textarea(attrs={**_CODE, "rows": 3}),
    )
    header_lines = forms.CharField(
        label="Headers",
        required=False,
        max_length=10_000,
        help_text="One a line, such as “X-Team: pilots”. A credential is written as a reference.",
        widget=forms.Textarea(attrs={**_CODE, "rows": 2}),
    )
    ca = LineField(
        label="Certificate authority",
        required=False,
        max_length=LENGTHS["ca"],
        help_text="A PEM file at the site, if the certificate is not publicly trusted.",
        widget=forms.TextInput(attrs=_CODE),
    )
    proxy = LineField(
        required=False,
        max_length=LENGTHS["proxy"],
        help_text="The address of the proxy that the site has to use.",
        widget=forms.TextInput(attrs={**_CODE, "inputmode": "url"}),
    )
    notes = forms.CharField(
        required=False, max_length=LENGTHS["notes"], widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, error in mistakes(self.details()).items():
            field = _FIELD_OF.get(name, name)
            if field not in self.errors:
                self._refuse(field, error)
        return cleaned

    def full_clean(self) -> None:
        """Afterwards, what may hold a key is gone from what the page would show again."""
        super().full_clean()
        held = [
            name
            for name, wrong in self.errors.as_data().items()
            if any(error.code == "secret" for error in wrong)
        ]
        if held:
            self.data = dict(self.data.items()) | {self.add_prefix(name): "" for name in held}

    def clean_further(self) -> dict[str, Any]:
        """The parameters but for the two with fields of their own."""
        text = self.cleaned_data["further"].strip()
        if not text:
            return {}
        return _read(_params, text)

    def clean_header_lines(self) -> dict[str, str]:
        return _read(_headers, self.cleaned_data["header_lines"])

    def details(self) -> Details:
        """What was typed and could be read, as the services take it."""
        typed = self.cleaned_data
        said: Any = {name: typed[name] for name in _PLAIN if name in typed}
        if "further" in typed:
            own = {name: typed.get(name) for name in ("temperature", "max_tokens")}
            said["params"] = {name: value for name, value in own.items() if value is not None} | typed[
                "further"
            ]
        if "header_lines" in typed:
            said["headers"] = typed["header_lines"]
        details: Details = said
        return details

    def _refuse(self, field: str, error: Unfit) -> None:
        self.add_error(field, _told(error))


_PLAIN = (*LENGTHS, "kind", "place", "price_input", "price_output")


class NewEndpointForm(EndpointForm):
    """With the client whose it is, out of those that the person may write for."""

    client = forms.ModelChoiceField(
        queryset=Client.objects.none(), help_text="Whose evaluations may choose it."
    )
    field_order = ["client"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["client"]
        field.queryset = selectors.clients_written_by(by)
        field.empty_label = "Every client" if by.role in SEE_ALL else "Choose a client"
        field.required = by.role not in SEE_ALL


class EditEndpointForm(EndpointForm, EditForm):
    """`row` is the endpoint. Its client stays as it is."""

    def kept(self) -> dict[str, Any]:
        row = cast(Endpoint, self.row)
        further = dict(row.params)
        shown = {name: further.pop(name, None) for name in ("temperature", "max_tokens")}
        shown["further"] = json.dumps(further, ensure_ascii=False) if further else ""
        shown["header_lines"] = "\n".join(f"{name}: {value}" for name, value in row.headers.items())
        return {**super().kept(), **_trimmed(row), **shown}


class TrialForm(forms.Form):
    """At whose site an endpoint for every client is tried; without a client at the local one."""

    client = forms.ModelChoiceField(queryset=Client.objects.none(), required=False, label="From the site of")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["client"]
        field.queryset = selectors.clients_written_by(by)
        field.empty_label = "This machine (local)" if by.role in SEE_ALL else "Choose a client"
        field.required = by.role not in SEE_ALL


def _trimmed(row: Endpoint) -> dict[str, str]:
    """Prices without the zeros that a database adds."""
    prices = {name: getattr(row, name) for name in ("price_input", "price_output")}
    return {name: f"{price.normalize():f}" for name, price in prices.items() if price is not None}


def _read(read: Callable[[str], Found], text: str) -> Found:
    try:
        return read(text)
    except Unfit as error:
        raise _told(error) from None


def _told(error: Unfit) -> forms.ValidationError:
    """Beside the field; its code says whether the field may be shown again."""
    return forms.ValidationError(sentence(error), code="secret" if isinstance(error, Secret) else "unfit")


def _params(text: str) -> dict[str, Any]:
    found = parsed(text)
    if not isinstance(found, dict):
        raise Unfit("this is not an object", 'such as {"top_p": 0.9}')
    for name, label in (("temperature", "Temperature"), ("max_tokens", "Most output tokens")):
        if name in found:
            raise Unfit(f"“{name}” has a field of its own: {label}")
    return found


def _headers(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name or not value:
            raise Secret(f"line {number} is no header", "such as X-Team: pilots")
        if name.lower() in map(str.lower, found):
            raise Unfit(f"line {number} names a header a second time")
        found[name] = value
    return found
